// The request extract_features.

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <memory>

#include "data/selected_dataset.h"
#include "engine/run_loss.h"
#include "engine/small_engine.h"
#include "features/extract_features.h"
#include "features/feature_file.h"
#include "features/prepared_dataset.h"
#include "pretrained/weight_files.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr int64_t train_images = 40;
constexpr int64_t test_images = 12;

const WeightSet& small_set() {
  static const WeightSet set = lenet5_set(16, 3);
  return set;
}

OpenedWeights open_small(const std::string& name) {
  if (name != "small") fail("[weights] {} are not here yet", name);
  return {.set = small_set(),
          .source = memory_source("small", lenet5_weights().bytes()),
          .sha256 = std::string(64, 'a')};
}

DatasetSplits photos() { return make_synthetic(train_images, test_images, {20, 20, 3}, 3); }

Engine engine_on(const DatasetSplits& data) {
  return Engine({.backend = make_backend("xnnpack", 1),
                 .open_data = [data](const std::string&) { return data; },
                 .open_weights = open_small,
                 .now = ticking_clock()});
}

/// The features are of the images as they are stored, whatever their size in the run.
void configure(Engine& engine) {
  RunOptions options;
  options.data = "photos";
  options.model = "simple-convnet";
  options.image_size = 12;
  engine.call<Configured>(Configure{options});
}

/// The same features, computed at once.
std::vector<uint8_t> expected_file(const DatasetSplits& images, const std::string& pool) {
  const OpenedWeights weights = open_small("small");
  const auto backend = make_backend("xnnpack", 1);
  Network network(feature_graph(weights.set, pool), *backend, 0, NetworkUse::inference);
  load_pretrained(network, weights.set, *weights.source);
  FeatureExtractor extractor(network, 2);
  const FeatureInfo info = describe_features(weights, pool, *backend, images, network.graph());
  FeatureMemory rows(info);
  FeatureExtraction extraction(extractor,
                               {.train = with_preprocessing(images.train, weights.set),
                                .test = with_preprocessing(images.test, weights.set)},
                               info, {.batch = 2}, rows);
  while (!extraction.advance()) continue;
  return rows.take();
}

/// These images as the request computes their features: the classes take turns.
DatasetSplits turns(const DatasetSplits& images) {
  return {.train = in_turns(images.train), .test = in_turns(images.test)};
}

RunOptions head_on(const std::string& data) {
  RunOptions options;
  options.data = data;
  options.model = "linear";
  options.batch = 8;
  options.epochs = 3;
  return options;
}

/// The images of a data set as they arrive.
class Arriving {
 public:
  explicit Arriving(const DatasetSplits& all)
      : all_(all), train_(empty(*all.train)), test_(empty(*all.test)) {}

  DatasetSplits splits() const { return {.train = train_, .test = test_}; }
  void train_arrives(int64_t count) { arrive(*all_.train, *train_, count); }
  void test_arrives(int64_t count) { arrive(*all_.test, *test_, count); }

 private:
  static std::shared_ptr<MemoryDataset> empty(const Dataset& images) {
    return std::make_shared<MemoryDataset>(images.name(), images.image_shape(),
                                           images.class_names(), images.size());
  }
  static void arrive(const Dataset& from, MemoryDataset& to, int64_t count) {
    std::vector<uint8_t> buffer;
    for (int64_t i = to.available(), end = i + count; i < end; ++i) {
      const auto label = static_cast<uint8_t>(from.label(i));
      to.append(from.fetch(i, buffer), {&label, 1}, "test");
    }
  }

  DatasetSplits all_;
  std::shared_ptr<MemoryDataset> train_;
  std::shared_ptr<MemoryDataset> test_;
};

}  // namespace

TEST_CASE(
    "extract features request: a file with the features of all images, or some of each class") {
  const DatasetSplits data = photos();
  Engine engine = engine_on(data);
  configure(engine);
  for (const std::string pool : {"none", "avg", "max"}) {
    CAPTURE(pool);
    const auto all = engine.call<ComputedFeatures>(ExtractFeatures{"small", pool});
    CHECK(all.bytes == expected_file(turns(data), pool));
    CHECK(all.train == train_images);
    CHECK(all.test == test_images);
    CHECK(all.backbone == "small");
    CHECK(all.file_name == "synthetic-small.safetensors");
  }
  const auto some = engine.call<ComputedFeatures>(
      ExtractFeatures{.weights = "small", .pool = "none", .images_per_class = 3});
  CHECK(some.bytes == expected_file(turns(first_of_each_class(data, 3)), "none"));
  CHECK(some.train == 9);
  CHECK(some.test == 9);
  const FeatureFile file = parse_feature_file(memory_source("f.safetensors", some.bytes));
  CHECK(file.info.weights == std::string(64, 'a'));
  CHECK(file.data.train->image_shape() == Shape{2, 2, 16});
}

TEST_CASE("extract features request: waits until enough images of each class have arrived") {
  Arriving arriving(photos());
  Engine engine = engine_on(arriving.splits());
  configure(engine);
  engine.send(ExtractFeatures{.weights = "small", .images_per_class = 2}, 5);
  CHECK(settle(engine)->running.progress == 0);
  CHECK(engine.advance() == Activity::waiting);
  arriving.train_arrives(20);
  arriving.test_arrives(1);
  engine.data_arrived();
  CHECK(engine.advance() == Activity::waiting);
  arriving.test_arrives(test_images - 1);
  engine.data_arrived();
  settle(engine);
  const std::optional<Reply> reply = engine.take_reply();
  REQUIRE(reply.has_value());
  CHECK(reply->error.empty());
  CHECK(std::get<ComputedFeatures>(reply->result).train == 6);
}

TEST_CASE("extract features request: a head is trained while the features are computed") {
  const DatasetSplits images = photos();
  Engine engine = engine_on(images);
  configure(engine);
  engine.send(ExtractFeatures{.weights = "small", .data_name = "growing"}, 5);
  engine.advance();  // computes the first features
  const auto about = engine.call<DataDescription>(DescribeData{"growing"});
  CHECK(about.train == train_images);
  CHECK(about.test == test_images);
  CHECK(about.image == Shape{1, 1, 16});
  CHECK(about.class_names == images.train->class_names());
  CHECK(std::ranges::count(about.models, "linear") == 1);
  engine.send(Configure{head_on("growing")}, 6);
  engine.send(Start{}, 7);
  int64_t steps_meanwhile = 0;
  std::vector<uint8_t> file;
  while (engine.snapshot()->state != RunState::finished) {
    const Activity activity = engine.advance();
    CHECK((activity == Activity::busy || !file.empty()));
    while (const std::optional<Reply> reply = engine.take_reply()) {
      REQUIRE(reply->error.empty());
      if (const auto* configured = std::get_if<Configured>(&reply->result))
        CHECK(configured->data.empty());
      if (const auto* computed = std::get_if<ComputedFeatures>(&reply->result)) {
        CHECK(computed->file_name == "growing.safetensors");
        file = computed->bytes;
      }
    }
    if (file.empty()) steps_meanwhile = engine.snapshot()->step;
  }
  CHECK(steps_meanwhile >= 4);
  CHECK(file == expected_file(turns(images), "avg"));
  // Trained on the finished file, it learns the same.
  const DatasetSplits finished = parse_feature_file(memory_source("growing", file)).data;
  Engine later = engine_on(finished);
  later.call<Configured>(Configure{head_on("growing")});
  later.call<Done>(Start{});
  settle(later);
  CHECK(model_of(later) == model_of(engine));
}

TEST_CASE("extract features request: a head that has ended does not end the computing") {
  for (const bool one_step : {false, true}) {
    CAPTURE(one_step);
    Engine engine = engine_on(photos());
    configure(engine);
    engine.send(ExtractFeatures{.weights = "small", .data_name = "growing"}, 5);
    engine.advance();
    RunOptions options = head_on("growing");
    options.epochs = 1;
    engine.call<Configured>(Configure{options});
    engine.send(one_step ? Request(Step{}) : Request(Start{}), 6);
    settle(engine);
    CHECK(engine.snapshot()->state == (one_step ? RunState::paused : RunState::finished));
    engine.take_reply();
    const std::optional<Reply> reply = engine.take_reply();
    REQUIRE(reply.has_value());
    CHECK(reply->id == 5);
    CHECK(reply->error.empty());
  }
}

TEST_CASE("extract features request: a head takes new settings before the file is added") {
  Engine engine({.backend = make_backend("xnnpack", 1),
                 .open_data =
                     [](const std::string& name) {
                       if (name != "photos") fail("{} is not here", name);
                       return photos();
                     },
                 .open_weights = open_small,
                 .now = ticking_clock()});
  configure(engine);
  engine.send(ExtractFeatures{.weights = "small", .data_name = "growing"}, 5);
  engine.advance();
  engine.call<Configured>(Configure{head_on("growing")});
  settle(engine);
  CHECK(std::get<ComputedFeatures>(engine.take_reply()->result).train == train_images);
  RunOptions options = head_on("growing");
  options.epochs = 1;
  for (int i = 0; i < 2; ++i) CHECK(engine.call<Configured>(Configure{options}).data.empty());
  engine.call<Done>(Start{});
  settle(engine);
  CHECK(engine.snapshot()->state == RunState::finished);
  // Without a run on them they are gone.
  configure(engine);
  CHECK_THROWS_AS(engine.call<Configured>(Configure{options}), Error);
}

TEST_CASE("extract features request: class weights hold from the first step on") {
  const DatasetSplits images = make_synthetic(31, 12, {20, 20, 3}, 3);
  RunOptions options = head_on("growing");
  options.class_weights = balanced_classes;
  Engine engine = engine_on(images);
  configure(engine);
  engine.send(ExtractFeatures{.weights = "small", .data_name = "growing"}, 5);
  engine.advance();
  engine.call<Configured>(Configure{options});
  engine.send(Start{}, 6);
  settle(engine);
  engine.take_reply();
  const auto file = std::get<ComputedFeatures>(engine.take_reply()->result).bytes;
  Engine later = engine_on(parse_feature_file(memory_source("growing", file)).data);
  later.call<Configured>(Configure{options});
  later.call<Done>(Start{});
  settle(later);
  CHECK(model_of(later) == model_of(engine));
}

TEST_CASE("extract features request: what happens to a head when it ends early") {
  Engine engine = engine_on(photos());
  configure(engine);
  engine.send(ExtractFeatures{.weights = "small", .data_name = "growing"}, 5);
  engine.advance();
  engine.call<Configured>(Configure{head_on("growing")});
  engine.send(Cancel{5}, 8);
  engine.advance();
  CHECK(engine.snapshot()->state == RunState::empty);
  CHECK_THAT(engine.snapshot()->error, ContainsSubstring("the features of synthetic on which"));
  CHECK_THROWS_AS(engine.call<Done>(Start{}), Error);
  // Another run ends neither by it nor with it.
  configure(engine);
  engine.take_reply();
  engine.take_reply();
  engine.send(ExtractFeatures{.weights = "small"}, 9);
  engine.advance();
  configure(engine);
  settle(engine);
  CHECK(std::get<ComputedFeatures>(engine.take_reply()->result).train == train_images);
}

TEST_CASE("extract features request: what waits for images ends with the run that needs them") {
  Arriving arriving(photos());
  Engine engine = engine_on(arriving.splits());
  configure(engine);
  engine.send(ExtractFeatures{.weights = "small"}, 5);
  CHECK(engine.advance() == Activity::waiting);
  configure(engine);
  const std::optional<Reply> reply = engine.take_reply();
  REQUIRE(reply.has_value());
  CHECK(reply->error == "cancelled by configure");
}

TEST_CASE("extract features request: what cannot be computed is refused with the reason") {
  const auto refusal = [](Engine& engine, const ExtractFeatures& request) {
    engine.send(request, 9);
    settle(engine);
    const std::optional<Reply> reply = engine.take_reply();
    REQUIRE(reply.has_value());
    return reply->error;
  };
  Engine engine = engine_on(photos());
  configure(engine);
  CHECK_THAT(refusal(engine, {.weights = "other"}), ContainsSubstring("other are not here yet"));
  CHECK_THAT(refusal(engine, {.weights = "small", .pool = "sum"}),
             ContainsSubstring("unknown pooling sum; expected none, avg, max"));
  CHECK_THAT(refusal(engine, {.weights = "small", .data_name = "a/b"}),
             ContainsSubstring("a/b cannot be the name of a data set"));
  CHECK_THAT(refusal(engine, {.weights = "small", .data_name = "mnist"}),
             ContainsSubstring("mnist is the name of a known data set"));
  CHECK_THAT(refusal(engine, {.weights = "small", .images_per_class = -1}),
             ContainsSubstring("images_per_class is -1"));
  Engine without_images = engine_on(make_synthetic(0, 0, {20, 20, 3}, 3));
  configure(without_images);
  CHECK_THAT(refusal(without_images, {.weights = "small"}), ContainsSubstring("has no images"));
  Engine small(
      {.backend = make_backend("xnnpack", 1, [] { return uint64_t{10'000'000}; }),
       .open_data = [](const std::string&) { return make_synthetic(90'000, 3, {1, 1, 3}, 3); },
       .open_weights = open_small,
       .now = ticking_clock()});
  RunOptions points;
  points.data = "points";
  points.model = "mnist-mlp";
  small.call<Configured>(Configure{points});
  CHECK_THAT(refusal(small, {.weights = "small", .pool = "none"}),
             ContainsSubstring("expected fewer images of each class"));
  const auto left = std::make_shared<uint64_t>(uint64_t{10'000'000});
  Engine full({.backend = make_backend("xnnpack", 1, [left] { return *left; }),
               .open_data = [](const std::string&) { return photos(); },
               .open_weights = open_small,
               .now = ticking_clock()});
  configure(full);
  *left = 100;
  CHECK_THAT(refusal(full, {.weights = "small"}), ContainsSubstring("[memory] small needs"));
  const auto features = parse_feature_file(memory_source(
      "f.safetensors",
      engine.call<ComputedFeatures>(ExtractFeatures{.weights = "small", .pool = "avg"}).bytes));
  Engine on_features({.backend = make_backend("xnnpack", 1),
                      .open_data = [&](const std::string&) { return features.data; },
                      .now = ticking_clock()});
  CHECK_THAT(refusal(on_features, {.weights = "small"}), ContainsSubstring("no run"));
  RunOptions options;
  options.data = "f";
  options.model = "linear";
  on_features.call<Configured>(Configure{options});
  CHECK_THAT(refusal(on_features, {.weights = "small"}), ContainsSubstring("no weights here"));
  Engine with_weights({.backend = make_backend("xnnpack", 1),
                       .open_data = [&](const std::string&) { return features.data; },
                       .open_weights = open_small,
                       .now = ticking_clock()});
  with_weights.call<Configured>(Configure{options});
  CHECK_THAT(refusal(with_weights, {.weights = "small"}), ContainsSubstring("holds features"));
}

}  // namespace convlab
