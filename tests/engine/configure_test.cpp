#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include "backend/host/host_backend.h"
#include "core/error.h"
#include "data/synthetic.h"
#include "engine/small_engine.h"
#include "io/graph_json.h"
#include "io/model_file.h"
#include "loss/loss.h"
#include "nn/registry.h"
#include "zoo/zoo.h"

using namespace convlab;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("engine: bad options of the optimizer, the schedule or the update are refused") {
  Engine engine = make_engine();
  RunOptions options = small_run();
  const auto refused = [&](const RunOptions& bad, const std::string& message) {
    CHECK_THAT(refusal_of(engine, Configure{bad}), ContainsSubstring(message));
    CHECK(engine.snapshot()->state == RunState::empty);
    options = small_run();
  };
  options.optimizer_options = {{"momentum", 0.9}};
  refused(options, "[adam] has no option momentum");
  options.schedule = "zigzag";
  refused(options, "constant, step, exponential");
  options.schedule_options = {{"gamma", 0.5}};
  refused(options, "[constant] has no option gamma");
  options.warmup_epochs = -1;
  refused(options, "warm-up");
  options.update_options = {{"clip", 1}};
  refused(options, "[update] has no option clip");
  engine.send(Configure{options});
  CHECK(settle(engine)->state == RunState::ready);
}

TEST_CASE("engine: all memory is allocated when a training is configured") {
  for (const int64_t batch : {16, 64}) {  // less and more than the number of images shown
    Engine engine = make_engine(2);
    RunOptions options = small_run();
    options.batch = batch;
    options.epochs = 1;
    engine.send(Configure{options});
    const size_t configured = settle(engine)->memory_bytes;
    CHECK(configured > 0);
    engine.send(Start{});
    const auto snapshot = settle(engine);
    CHECK(snapshot->state == RunState::finished);
    CHECK(snapshot->memory_bytes == configured);
  }
}

TEST_CASE("engine: a data set without training images can be configured and trains nothing") {
  const auto open = [](const std::string&) { return make_synthetic(0, 40, {28, 28, 1}, 10); };
  Engine engine({.backend = make_backend("xnnpack", 1), .open_data = open, .now = ticking_clock()});
  engine.send(Configure{small_run()});
  CHECK(settle(engine)->error.empty());
}

TEST_CASE("engine: a training that does not fit into memory is refused before it allocates any") {
  const auto open = [](const std::string&) { return make_synthetic(512, 40, {28, 28, 1}, 10); };
  uint64_t left = uint64_t{3} << 20U;
  auto owned = make_backend("xnnpack", 1, [&left] { return left; });
  const Backend& backend = *owned;
  Engine engine({.backend = std::move(owned), .open_data = open, .now = ticking_clock()});
  RunOptions options = small_run();
  options.batch = 512;
  const std::string error = refusal_of(engine, Configure{options});
  CHECK_THAT(error, ContainsSubstring("[memory] mnist-mlp needs 4 MB to train with a batch "
                                      "of 512, but 3 MB are left; the largest batch"));
  auto snapshot = engine.snapshot();
  CHECK(snapshot->state == RunState::empty);
  CHECK(snapshot->memory_bytes == 0);

  const size_t at = error.rfind(' ');
  options.batch = std::stoll(error.substr(at));
  options.epochs = 1;
  engine.send(Configure{options});
  engine.send(Start{});
  snapshot = settle(engine);
  CHECK(snapshot->error.empty());
  CHECK(snapshot->state == RunState::finished);

  engine.send(Reset{});
  snapshot = settle(engine);
  CHECK(snapshot->error.empty());
  CHECK(snapshot->step == 0);
  CHECK(backend.memory_use().peak_bytes <= left);

  left = 0;
  CHECK_THAT(refusal_of(engine, Reset{}), ContainsSubstring("not enough memory"));
  CHECK(engine.snapshot()->state == RunState::empty);
  CHECK(backend.memory_use().bytes == 0);
}

TEST_CASE("engine: unknown names list the known ones and leave the engine usable") {
  Engine engine = make_engine();
  RunOptions options = small_run();
  options.model = "no-such-model";
  CHECK_THAT(refusal_of(engine, Configure{options}),
             ContainsSubstring("no-such-model") && ContainsSubstring("mnist-cnn"));
  options = small_run();
  options.optimizer = "no-such-optimizer";
  CHECK_THAT(refusal_of(engine, Configure{options}), ContainsSubstring("adamw"));

  engine.send(Configure{small_run()});
  const auto snapshot = settle(engine);
  CHECK(snapshot->state == RunState::ready);
  CHECK(snapshot->error.empty());
}

/// A backend whose memory cannot be read any more once `fails` is set.
TEST_CASE("engine: a run's own network is built from its document, and must fit the data") {
  Engine engine = make_engine();
  RunOptions options = small_run();
  options.model = "mine";
  options.architecture = graph_json(find_model("mnist-mlp").build({28, 28, 1}, 10));
  engine.send(Configure{options});
  CHECK(settle(engine)->parameters == 784 * 100 + 100 + 100 * 10 + 10);
  CHECK(engine.snapshot()->options.model == "mine");
  const auto refused = [&](const std::string& architecture, const std::string& message) {
    options.architecture = architecture;
    CHECK_THAT(refusal_of(engine, Configure{options}), ContainsSubstring(message));
  };
  refused(graph_json(find_model("mnist-mlp").build({28, 28, 1}, 11)),
          "mine has the output shape (11), but synthetic has 10 classes");
  refused("{\n  \"layers\": []}", "[model] mine, line 1, column 1: the document lacks \"input\"");
}

// Absolute error needs the softmax: without, an output of 0 everywhere is a minimum, since nine of
// ten targets are 0.
TEST_CASE("engine: every loss learns, also a model that ends in softmax or sigmoid",
          "[no-sanitizer]") {
  struct Row {
    std::string_view loss;
    std::string_view last;
    bool folded;
  };
  const std::vector<Row> rows{{"softmax_cross_entropy", "", false},
                              {"softmax_cross_entropy", "softmax", true},
                              {"binary_cross_entropy", "", false},
                              {"binary_cross_entropy", "sigmoid", true},
                              {"mean_squared_error", "", false},
                              {"mean_squared_error", "softmax", false},
                              {"mean_absolute_error", "softmax", false},
                              {"huber", "", false},
                              {"huber", "softmax", false},
                              {"hinge", "", false}};
  for (const LossKind& kind : loss_kinds()) {
    CHECK(std::any_of(rows.begin(), rows.end(),
                      [&](const Row& row) { return row.loss == kind.kind; }));
  }
  for (const Row& row : rows) {
    INFO(row.loss << " of " << row.last);
    Engine engine = make_engine();
    RunOptions options = small_run();
    options.loss = row.loss;
    options.learning_rate = 3e-3;
    options.epochs = 20;  // of 8 steps; absolute error is the slowest
    Graph graph = find_model("mnist-mlp").build({28, 28, 1}, 10);
    if (!row.last.empty()) graph.append(make_layer(row.last, {}));
    options.architecture = graph_json(graph);
    engine.send(Subscribe{{"samples", "predictions"}});
    engine.send(Configure{options});
    engine.send(Start{});
    const auto snapshot = settle(engine);
    REQUIRE(snapshot->state == RunState::finished);
    CHECK(snapshot->history.back().val_accuracy > 0.85);
    const ModelFile saved = parse_model(model_of(engine), "test");
    CHECK(saved.graph.nodes().size() == graph.nodes().size() - (row.folded ? 1 : 0));
    CHECK(snapshot->notes.size() == (row.folded ? 1 : 0));
    // The shown predictions agree with the accuracy: most of the 30 samples are right.
    int right = 0;
    for (size_t i = 0; i < snapshot->samples->labels.size(); ++i)
      right += snapshot->predictions->classes[i] == snapshot->samples->labels[i] ? 1 : 0;
    CHECK(right >= 24);
  }
}

TEST_CASE("engine: a second activation on top of the model's is warned about") {
  Engine engine = make_engine();
  RunOptions options = small_run();
  options.loss = "binary_cross_entropy";
  Graph graph = find_model("mnist-mlp").build({28, 28, 1}, 10);
  graph.append(make_layer("softmax", {}));
  options.architecture = graph_json(graph);
  engine.send(Configure{options});
  const auto snapshot = settle(engine);
  REQUIRE(snapshot->notes.size() == 1);
  CHECK_THAT(
      snapshot->notes[0],
      ContainsSubstring("ends in softmax, and the loss binary_cross_entropy applies sigmoid"));
}

TEST_CASE("engine: an unknown loss and wrong class weights are refused") {
  Engine engine = make_engine();
  const auto refused = [&](const RunOptions& options, const std::string& message) {
    CHECK_THAT(refusal_of(engine, Configure{options}), ContainsSubstring(message));
  };
  RunOptions options = small_run();
  options.loss = "hing";
  refused(options, "unknown loss 'hing' (did you mean 'hinge'?)");
  options = small_run();
  options.loss_options = {{"delta", 1.0}};
  refused(options, "[softmax_cross_entropy] has no option delta");
  options = small_run();
  options.class_weights = "1, 2, 3";
  refused(options, "there are 3 weights, but 10 classes");
}
