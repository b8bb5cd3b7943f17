#include "engine/requests.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <map>
#include <numeric>

#include "data/resize.h"
#include "data/synthetic.h"
#include "engine/calls.h"
#include "engine/engine.h"
#include "engine/needed_data.h"
#include "io/graph_json.h"
#include "zoo/zoo.h"

using namespace convlab;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace {

const Shape image{12, 12, 1};
constexpr int64_t classes = 4;
constexpr int64_t test_size = 40;

// A clock that advances by a millisecond at every call.
std::function<double()> ticking_clock() {
  return [ticks = 0]() mutable { return 1e-3 * ++ticks; };
}

DatasetSplits open(const std::string& name) {
  if (name != "synthetic") fail("unknown data set '{}'; known are: synthetic", name);
  return make_synthetic(70, test_size, image, classes);
}

Engine make_engine() {
  return Engine({.backend = make_backend("", 1), .open_data = open, .now = ticking_clock()});
}

RunOptions small_run() {
  RunOptions options;
  options.data = "synthetic";
  options.model = "mnist-mlp";
  options.batch = 16;
  options.epochs = 2;
  return options;
}

void settle(Engine& engine) {
  for (int i = 0; i < 100000; ++i) {
    if (engine.advance() == Activity::idle) return;
  }
  FAIL("the engine never came to rest");
}

/// Returns all replies so far by id.
std::map<uint64_t, Reply> replies_of(Engine& engine) {
  std::map<uint64_t, Reply> replies;
  while (std::optional<Reply> reply = engine.take_reply()) {
    const uint64_t id = reply->id;
    CHECK(replies.emplace(id, std::move(*reply)).second);
  }
  return replies;
}

std::vector<uint8_t> pixels_of(int64_t index) { return pixels_of(*open("synthetic").test, index); }

}  // namespace

TEST_CASE("requests: each has exactly one reply, in order, with its id") {
  Engine engine = make_engine();
  engine.send(Configure{small_run()}, 5);
  engine.send(Step{}, 4);
  engine.send(ListControls{}, 6);
  engine.send(Pause{});  // no id, no error: no reply
  settle(engine);
  const auto first = engine.take_reply();
  REQUIRE(first.has_value());
  CHECK(first->id == 5);
  CHECK(std::get<Configured>(first->result).data == "synthetic");
  CHECK(engine.take_reply()->id == 4);
  CHECK_FALSE(std::get<Controls>(engine.take_reply()->result).models.empty());
  CHECK_FALSE(engine.take_reply().has_value());
}

TEST_CASE("requests: errors of requests without an id are reported, too") {
  Engine engine = make_engine();
  engine.send(Start{});
  engine.advance();
  const auto reply = engine.take_reply();
  REQUIRE(reply.has_value());
  CHECK(reply->id == 0);
  CHECK_THAT(reply->error, ContainsSubstring("there is no run to train; configure one first"));
}

TEST_CASE("requests: replies that nobody takes are bounded, and nothing is lost") {
  Engine engine = make_engine();
  for (uint64_t id = 1; id <= Engine::max_waiting; ++id) {
    engine.send(Pause{}, id);
    if (id % 100 == 0) engine.advance();
  }
  CHECK_THROWS_WITH(engine.send(Pause{}, 7777), ContainsSubstring("have not been taken"));
  CHECK(replies_of(engine).size() == Engine::max_waiting);
  CHECK_NOTHROW(engine.send(Pause{}, 7777));
}

TEST_CASE("requests: an id cannot be used twice at a time") {
  Engine engine = make_engine();
  engine.send(ListControls{}, 3);
  CHECK_THROWS_WITH(engine.send(ListControls{}, 3), ContainsSubstring("the id 3"));
  engine.advance();
  CHECK_NOTHROW(engine.send(ListControls{}, 3));
}

TEST_CASE("requests: a loaded model keeps its loss and can be configured again") {
  RunOptions options = small_run();
  options.model = "mine";
  options.architecture = graph_json(find_model("mnist-mlp").build(image, classes));
  options.loss = "huber";
  options.loss_options = {{"delta", 0.25}};
  Engine trained = make_engine();
  trained.call<Configured>(Configure{options});
  trained.send(Start{});
  settle(trained);
  const auto there = trained.call<Evaluation>(Evaluate{});
  Engine engine = make_engine();
  engine.call<Configured>(LoadModel{"mine.safetensors", model_of(trained), small_run()});
  CHECK(engine.call<Evaluation>(Evaluate{}).loss == Approx(there.loss));
  const RunOptions loaded = engine.snapshot()->options;
  CHECK(loaded.model == "mine");
  CHECK(loaded.loss == "huber");
  CHECK(loaded.loss_options == options.loss_options);
  engine.call<Configured>(Configure{loaded});
  CHECK(engine.snapshot()->options == loaded);
}

TEST_CASE("requests: wrong class weights and an empty validation split leave the run as it was") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  engine.call<Done>(Step{});
  RunOptions options = small_run();
  options.class_weights = "1, 2";
  CHECK_THAT(refusal_of(engine, Configure{options}),
             ContainsSubstring("there are 2 weights, but 4 classes"));
  options = small_run();
  options.validation_split = 0.001;
  CHECK_THAT(refusal_of(engine, Configure{options}), ContainsSubstring("sets 0 aside"));
  settle(engine);
  CHECK(engine.snapshot()->step == 1);
  CHECK(engine.snapshot()->options.class_weights.empty());
}

TEST_CASE("requests: an invalid configure leaves the run as it was") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  engine.send(Start{});
  engine.advance();
  engine.send(Pause{});
  engine.advance();
  const std::vector<uint8_t> before = checkpoint_of(engine);
  const auto refused = [&](auto change, const std::string& message) {
    RunOptions options = small_run();
    change(options);
    CHECK_THAT(refusal_of(engine, Configure{options}), ContainsSubstring(message));
    CHECK(engine.snapshot()->state == RunState::paused);
    CHECK(checkpoint_of(engine) == before);
  };
  refused([](RunOptions& o) { o.batch = 0; }, "batch is 0");
  refused([](RunOptions& o) { o.data = "nothing"; }, "unknown data set");
  refused([](RunOptions& o) { o.model = "nothing"; }, "nothing");
  refused([](RunOptions& o) { o.learning_rate = -1; }, "learning_rate");
  refused([](RunOptions& o) { o.optimizer_options = {{"x", 1}}; }, "no option x");
  refused([](RunOptions& o) { o.schedule = "zigzag"; }, "zigzag");
  refused([](RunOptions& o) { o.early_stopping_options = {{"x", 1}}; }, "no option x");
  refused([](RunOptions& o) { o.update_options = {{"accumulate", 0}}; }, "accumulate");
}

TEST_CASE("requests: evaluate gives the numbers of the last validation and the whole matrix") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  engine.send(Start{});
  settle(engine);
  const EpochResult last = engine.snapshot()->history.back();
  const auto result = engine.call<Evaluation>(Evaluate{.top_k = 2});
  CHECK(result.images == test_size);
  CHECK(result.loss == Approx(last.val_loss));
  CHECK(result.accuracy == Approx(last.val_accuracy));
  CHECK(result.top_k == 2);
  CHECK(result.top_k_accuracy >= result.accuracy);
  CHECK(result.class_names.size() == classes);
  CHECK(std::accumulate(result.confusion.begin(), result.confusion.end(), 0) == test_size);
  CHECK(engine.snapshot()->running.id == 0);
}

TEST_CASE("requests: long requests run one after another between steps, and training goes on") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  engine.send(Start{});
  engine.advance();
  const int64_t step = engine.snapshot()->step;
  engine.send(Evaluate{}, 1);
  engine.send(FindLearningRate{.options = small_run(), .steps = 10}, 2);
  engine.send(SaveModel{}, 3);
  engine.advance();
  CHECK(engine.snapshot()->running.name == "evaluate");
  CHECK(replies_of(engine).contains(3));  // short ones do not wait for long ones
  CHECK(!checkpoint_of(engine).empty());
  settle(engine);
  CHECK(engine.snapshot()->state == RunState::finished);
  CHECK(engine.snapshot()->step > step);
  const auto replies = replies_of(engine);
  CHECK(std::holds_alternative<Evaluation>(replies.at(1).result));
  CHECK(std::get<LearningRates>(replies.at(2).result).rates.size() == 10);
}

TEST_CASE("requests: looking for a learning rate does not change the run") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  const std::vector<uint8_t> before = checkpoint_of(engine);
  engine.call<LearningRates>(FindLearningRate{.options = small_run(), .steps = 20});
  CHECK(checkpoint_of(engine) == before);
  Engine without_run = make_engine();
  const auto result =
      without_run.call<LearningRates>(FindLearningRate{.options = small_run(), .steps = 20});
  CHECK(result.losses.size() > 2);
}

TEST_CASE("requests: those that wait or run can be cancelled, once") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  const BenchOptions bench{.model = "mnist-mlp", .batch = 4, .seconds = 3600};
  engine.send(Bench{bench}, 1);
  engine.send(Evaluate{}, 2);
  engine.send(Evaluate{}, 3);
  engine.advance();
  CHECK(engine.snapshot()->running.id == 1);
  CHECK(engine.snapshot()->running.name == "bench");
  engine.send(Cancel{2}, 10);
  engine.send(Cancel{1}, 11);
  engine.send(Cancel{1}, 12);
  engine.send(Cancel{99}, 13);
  engine.send(Cancel{0}, 14);
  settle(engine);
  const auto replies = replies_of(engine);
  for (const uint64_t cancelled : {1, 2}) {
    CHECK(replies.at(cancelled).kind == ErrorKind::cancelled);
    CHECK(replies.at(cancelled).error == "cancelled");
  }
  CHECK(replies.at(3).error.empty());
  CHECK(replies.at(10).error.empty());
  CHECK(replies.at(11).error.empty());
  for (const uint64_t unknown : {12, 13, 14})
    CHECK_THAT(replies.at(unknown).error, ContainsSubstring("waits or runs"));
}

TEST_CASE("requests: a new run cancels what uses the old one") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  engine.send(Evaluate{}, 1);
  engine.advance();
  REQUIRE(engine.snapshot()->running.id == 1);
  RunOptions invalid = small_run();
  invalid.batch = 0;
  CHECK_THAT(refusal_of(engine, Configure{invalid}), ContainsSubstring("batch"));
  CHECK_THAT(refusal_of(engine, LoadCheckpoint{"c.st", {1, 2, 3}}), ContainsSubstring("c.st"));
  REQUIRE(engine.snapshot()->running.id == 1);  // continues: the run is still there
  engine.send(Configure{small_run()}, 2);
  settle(engine);
  const auto replies = replies_of(engine);
  CHECK(replies.at(1).kind == ErrorKind::cancelled);
  CHECK_THAT(replies.at(1).error, ContainsSubstring("by configure"));
  CHECK(replies.at(2).error.empty());
}

TEST_CASE("requests: a saved model opens in another engine and predicts the same") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  engine.send(Start{});
  settle(engine);
  const auto file = engine.call<SavedFile>(SaveModel{});
  CHECK(file.file_name == "mnist-mlp.safetensors");
  const Predict predict{{.height = 12, .width = 12, .channels = 1, .pixels = pixels_of(3)}};
  const auto expected = engine.call<Prediction>(predict);
  CHECK(expected.scores.size() == classes);
  CHECK(expected.pixels == predict.image.pixels);

  SECTION("with its data") {
    Engine other = make_engine();
    RunOptions options;
    options.data.clear();
    const auto result = other.call<Configured>(LoadModel{"a.safetensors", file.bytes, options});
    CHECK(result.data == "synthetic");
    CHECK(other.call<Prediction>(predict).scores == expected.scores);
    CHECK(other.call<Evaluation>(Evaluate{}).accuracy ==
          Approx(engine.snapshot()->history.back().val_accuracy));
  }
  SECTION("in the size of its network, whatever the options say") {
    Engine other = make_engine();
    RunOptions options = small_run();
    options.image_size = 20;
    other.call<Configured>(LoadModel{"a.safetensors", file.bytes, options});
    CHECK(other.snapshot()->options.image_size == 0);
    CHECK(other.call<Evaluation>(Evaluate{}).accuracy ==
          Approx(engine.snapshot()->history.back().val_accuracy));
  }
  SECTION("which names the data set that it needs") {
    RunOptions options;
    options.data = "other";
    CHECK(needed_data(LoadModel{"a.safetensors", file.bytes, options}) == "other");
    CHECK(needed_data(Configure{options}) == "other");
    CHECK(needed_data(DescribeData{"other"}) == "other");
    CHECK(needed_data(FindLearningRate{.options = options}) == "other");
    options.data.clear();
    CHECK(needed_data(LoadModel{"a.safetensors", file.bytes, options}) == small_run().data);
    CHECK(needed_data(LoadModel{"a.safetensors", {1, 2, 3}, options}).empty());
    CHECK(needed_data(Start{}).empty());
  }
  SECTION("without its data, which is then no reason to fail") {
    Engine other({.backend = make_backend("", 1),
                  .open_data = [](const std::string&) -> DatasetSplits { fail("no data here"); },
                  .now = ticking_clock()});
    RunOptions options;
    options.data.clear();
    const auto result = other.call<Configured>(LoadModel{"a.safetensors", file.bytes, options});
    CHECK(result.data.empty());
    CHECK(other.call<Prediction>(predict).scores == expected.scores);
    CHECK(other.call<Prediction>(predict).class_names == expected.class_names);
    CHECK_THAT(other.snapshot()->notes.back(), ContainsSubstring("is not available here"));
    CHECK_THAT(refusal_of(other, Evaluate{}), ContainsSubstring("expected all"));
  }
}

TEST_CASE(
    "requests: a model of stretched images predicts on stretched images, wherever it is loaded") {
  // Of an image twice as wide as high, the crop lacks the two outer quarters.
  Predict predict{{.height = 12, .width = 24, .channels = 1, .pixels = {}}};
  for (int i = 0; i < 12 * 24; ++i) predict.image.pixels.push_back(i % 24 < 6 ? 255 : 0);
  Engine engine = make_engine();
  RunOptions options = small_run();
  options.resize = "stretch";
  engine.call<Configured>(Configure{options});
  const auto stretched = engine.call<Prediction>(predict);
  CHECK(stretched.pixels == resize_image(predict.image.pixels, {12, 24, 1}, 12, 12));
  const auto model = engine.call<SavedFile>(SaveModel{});
  const auto checkpoint = engine.call<SavedFile>(SaveCheckpoint{});
  for (const SavedFile& file : {model, checkpoint}) {
    Engine other = make_engine();
    RunOptions here = small_run();  // which says nothing of it
    other.call<Configured>(LoadModel{file.file_name, file.bytes, here});
    CHECK(other.snapshot()->options.resize == "stretch");
    CHECK(other.call<Prediction>(predict).pixels == stretched.pixels);
  }
  engine.call<Configured>(Configure{small_run()});
  CHECK(engine.call<Prediction>(predict).pixels == std::vector<uint8_t>(12 * 12, 0));
  CHECK_THAT(refusal_of(engine, LoadCheckpoint{"c", checkpoint.bytes}),
             ContainsSubstring("resize (\"stretch\" there, \"crop\" here)"));
  options.resize = "pad";
  CHECK_THAT(refusal_of(engine, Configure{options}), ContainsSubstring("resize mode 'pad'"));
}

TEST_CASE("requests: a network's document opens as a new network on the data of the run") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  const std::string text =
      " {\"input\": [12, 12, 1], \"layers\": [{\"kind\": \"flatten\"}, "
      "{\"kind\": \"dense\", \"options\": {\"units\": 4}}]}";
  const auto load = [](const std::string& document) {
    LoadModel request{"folder/own.json", {document.begin(), document.end()}, {}};
    request.options.data.clear();
    return request;
  };
  CHECK(engine.call<Configured>(load(text)).data == "synthetic");
  settle(engine);
  CHECK(engine.snapshot()->options.model == "own");
  CHECK(engine.snapshot()->parameters == 145 * 4);
  engine.call<Done>(Step{});
  settle(engine);
  CHECK_THAT(refusal_of(engine, load("{\"layers\": []}")), ContainsSubstring("\"input\""));
  CHECK(engine.snapshot()->step == 1);
}

TEST_CASE("requests: a damaged model or checkpoint leaves the run as it was") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  engine.send(Step{});
  settle(engine);
  const std::vector<uint8_t> before = checkpoint_of(engine);
  std::vector<uint8_t> damaged = before;
  damaged.resize(damaged.size() - 1);
  CHECK_THAT(refusal_of(engine, LoadModel{"m.safetensors", damaged, {}}),
             ContainsSubstring("m.safetensors"));
  CHECK_THAT(refusal_of(engine, LoadCheckpoint{"c.st", damaged}), ContainsSubstring("c.st"));
  CHECK(checkpoint_of(engine) == before);
}

TEST_CASE("requests: the planned epochs can be changed while training and afterwards") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  engine.send(Start{});
  engine.advance();
  engine.send(SetEpochs{3}, 1);
  settle(engine);
  CHECK(engine.snapshot()->history.size() == 3);
  CHECK(engine.snapshot()->state == RunState::finished);
  engine.call<Done>(SetEpochs{4});
  CHECK(engine.snapshot()->state == RunState::paused);
  CHECK(engine.snapshot()->epochs == 4);
  engine.send(Start{});
  settle(engine);
  CHECK(engine.snapshot()->history.size() == 4);
  CHECK_THAT(refusal_of(engine, SetEpochs{3}), ContainsSubstring("4 epochs have begun"));
  CHECK_THAT(refusal_of(engine, SetEpochs{0}), ContainsSubstring("epochs is 0"));
  CHECK(engine.snapshot()->epochs == 4);
}

TEST_CASE("requests: describe a model of the zoo, a document, and the configured network") {
  Engine engine = make_engine();
  const auto zoo = engine.call<ModelDescription>(DescribeModel{.model = "mnist-mlp"});
  CHECK(zoo.parameters == 784 * 100 + 100 + 100 * 10 + 10);
  CHECK(zoo.layers.back().output == Shape{10});
  CHECK(zoo.train_bytes > zoo.eval_bytes);
  const std::string document = graph_json(find_model("mnist-mlp").build(image, 7));
  const auto own = engine.call<ModelDescription>(DescribeModel{.architecture = document});
  CHECK(own.layers.back().output == Shape{7});
  CHECK_THAT(refusal_of(engine, DescribeModel{}), ContainsSubstring("no run to describe"));
  CHECK_THAT(refusal_of(engine, DescribeModel{.architecture = "{"}), ContainsSubstring("line 1"));
  engine.call<Configured>(Configure{small_run()});
  CHECK(engine.call<ModelDescription>(DescribeModel{}).input == image);
}

TEST_CASE("requests: a bench measures on a backend of its own") {
  Engine engine = make_engine();
  const size_t before = engine.snapshot()->memory_bytes;
  int progressed = 0;
  const auto result = engine.call<BenchResult>(
      Bench{{.model = "mnist-mlp", .batch = 4, .threads = 1, .seconds = 0.05, .layers = true}},
      [&](const Snapshot& snapshot) {
        if (snapshot.running.id == 0) return;
        ++progressed;
        CHECK(snapshot.running.progress >= 0);
        CHECK(snapshot.running.progress <= 1);
      });
  CHECK(progressed > 5);
  CHECK(result.batch == 4);
  CHECK(result.step_ms > 0);
  CHECK(result.layers.size() == find_model("mnist-mlp").build(image, 10).nodes().size());
  CHECK(engine.snapshot()->memory_bytes == before);
  CHECK_THAT(refusal_of(engine, Bench{{.model = "mnist-mlp", .batch = 0}}),
             ContainsSubstring("a batch of 0"));
  CHECK(engine.call<BenchSuite>(ListBenches{2}).runs.size() > 10);
}
