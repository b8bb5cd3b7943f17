#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "backend/async_backend.h"
#include "data/synthetic.h"
#include "engine/calls.h"
#include "engine/run.h"
#include "zoo/zoo.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;

const Shape image{12, 12, 1};
constexpr int64_t steps_per_epoch = 10;

// About 20 operations are enqueued in a step, so that results arrive some three steps late.
constexpr AsyncBackend::Options late{.delay = 60};

DatasetSplits small_data() { return make_synthetic(16 * steps_per_epoch, 40, image, 4); }

RunOptions small_run(int64_t epochs) {
  RunOptions options;
  options.data = "synthetic";
  options.model = "mnist-mlp";
  options.batch = 16;
  options.epochs = epochs;
  return options;
}

struct Given {
  explicit Given(std::unique_ptr<Backend> backend)
      : engine({.backend = std::move(backend),
                .open_data = [](const std::string&) { return small_data(); },
                .now = [] { return 0.0; }}) {}

  void start(const RunOptions& options, int advances) {
    engine.send(Subscribe{{"predictions", "filters"}});
    engine.send(Configure{options});
    engine.send(Start{});
    for (int i = 0; i < advances; ++i) engine.advance();
  }
  void finish() {
    engine.send(Start{});
    for (int i = 0; i < 100'000 && engine.advance() != Activity::idle;) ++i;
    REQUIRE(engine.snapshot()->error.empty());
    REQUIRE(engine.snapshot()->state == RunState::finished);
  }

  Engine engine;
};

std::unique_ptr<Backend> host() { return std::make_unique<HostBackend>(); }
std::unique_ptr<Backend> async() { return std::make_unique<AsyncBackend>(late); }

TEST_CASE("run: on an asynchronous device curves and checkpoints are those of host, bit for bit") {
  Given expected(host());
  expected.start(small_run(2), 0);
  expected.finish();
  Given given(async());
  given.start(small_run(2), 0);
  given.finish();
  CHECK(checkpoint_of(given.engine) == checkpoint_of(expected.engine));
  CHECK(model_of(given.engine) == model_of(expected.engine));
  const auto snapshot = given.engine.snapshot();
  CHECK(snapshot->train_loss.y.size() == 2 * steps_per_epoch);
  CHECK(snapshot->train_loss.y == expected.engine.snapshot()->train_loss.y);
  CHECK(snapshot->loss == expected.engine.snapshot()->loss);
  CHECK(snapshot->predictions->scores == expected.engine.snapshot()->predictions->scores);
  CHECK(snapshot->filters->weights == expected.engine.snapshot()->filters->weights);
}

TEST_CASE("run: checkpoints between a step and the arrival of its metrics lack nothing") {
  Given expected(host());
  expected.start(small_run(2), 0);
  expected.finish();
  const std::vector<uint8_t> last = checkpoint_of(expected.engine);
  for (const int advances : {1, 2, 5, 9, 10, 12}) {
    INFO("after " << advances << " advances");
    Given same(host());
    same.start(small_run(2), advances);
    Given given(async());
    given.start(small_run(2), advances);
    const std::vector<uint8_t> checkpoint = checkpoint_of(given.engine);
    CHECK(checkpoint == checkpoint_of(same.engine));
    Given resumed(async());
    resumed.engine.send(Configure{small_run(2)});
    resumed.engine.advance();
    resumed.engine.call<Done>(LoadCheckpoint{"run.checkpoint", checkpoint});
    resumed.finish();
    CHECK(checkpoint_of(resumed.engine) == last);
  }
}

TEST_CASE("run: points that become due half as often while metrics arrive are those of host",
          "[no-sanitizer]") {
  // A point per step fills the curve (CurveRecorder::max_points) after 1,024 steps.
  constexpr int64_t epochs = 1024 / steps_per_epoch + 3;
  Given expected(host());
  expected.start(small_run(epochs), 0);
  expected.finish();
  Given given(async());
  given.start(small_run(epochs), 0);
  given.finish();
  CHECK(given.engine.snapshot()->train_loss.x == expected.engine.snapshot()->train_loss.x);
  CHECK(given.engine.snapshot()->train_loss.y == expected.engine.snapshot()->train_loss.y);
}

/// A run on an asynchronous device, without an engine.
struct Alone {
  explicit Alone(const RunOptions& options)
      : backend(late),
        run(
            options, small_data(), find_model(options.model).build(image, 4), backend,
            [] { return 0.0; }, nullptr) {
    run.begin();
  }

  AsyncBackend backend;
  Run run;
};

TEST_CASE("run: training steps and snapshots never wait for the device, and metrics come late") {
  Alone alone(small_run(2));
  const int before = alone.backend.counts().waits;
  Snapshot snapshot;
  for (int64_t step = 1; step <= steps_per_epoch; ++step) {
    REQUIRE(alone.run.advance() == Run::Progress::busy);
    alone.run.describe(snapshot);
    CHECK(snapshot.step == step);
    CHECK(static_cast<int64_t>(snapshot.train_loss.y.size()) < step);
  }
  CHECK(alone.backend.counts().waits == before);
  CHECK(alone.backend.counts().replays > 0);
  CHECK_FALSE(snapshot.train_loss.y.empty());
  CHECK(snapshot.loss > 0);
  // The end of the epoch waits, so that its times are right.
  alone.run.advance();
  CHECK(alone.backend.counts().waits > before);
}

TEST_CASE("run: a loss that is not a number is reported with its step, though it is found later") {
  RunOptions options = small_run(5);
  options.learning_rate = 1e9;
  options.optimizer = "sgd";
  const auto failure = [&](Backend& backend) {
    Run run(
        options, small_data(), find_model(options.model).build(image, 4), backend,
        [] { return 0.0; }, nullptr);
    run.begin();
    try {
      while (run.advance() == Run::Progress::busy) continue;
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  HostBackend host;
  AsyncBackend async(late);
  const std::string expected = failure(host);
  CHECK_THAT(expected, ContainsSubstring("the loss is no longer a number (epoch 1, step "));
  CHECK(failure(async) == expected);
}

}  // namespace
}  // namespace convlab
