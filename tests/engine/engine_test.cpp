#include "engine/engine.h"

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

TEST_CASE("engine: a new engine is empty and idle") {
  Engine engine = make_engine();
  CHECK(engine.advance() == Activity::idle);
  CHECK(engine.snapshot()->state == RunState::empty);
  CHECK_FALSE(engine.take_reply().has_value());
}

TEST_CASE("engine: configure prepares a network and provides images and filters before training") {
  Engine engine = make_engine();
  engine.send(Subscribe{{"samples", "predictions", "filters"}});
  engine.send(Configure{small_run()});
  const auto snapshot = settle(engine);
  CHECK(snapshot->state == RunState::ready);
  CHECK(snapshot->parameters == 784 * 100 + 100 + 100 * 10 + 10);
  CHECK(snapshot->learning_rate == 1e-3);
  CHECK(snapshot->steps_per_epoch == train_size / 64);
  CHECK(snapshot->samples->labels.size() == snapshot->predictions->classes.size());
  CHECK(snapshot->samples->pixels.size() == snapshot->samples->labels.size() * 784);
  CHECK(snapshot->filters->count == 64);
  CHECK(snapshot->history.empty());
}

TEST_CASE("engine: start trains the planned epochs, and start again the same number again") {
  Engine engine = make_engine();
  engine.send(Configure{small_run()});
  engine.send(Start{});
  auto snapshot = settle(engine);
  CHECK(snapshot->state == RunState::finished);
  REQUIRE(snapshot->history.size() == 3);
  CHECK(snapshot->history.back().val_accuracy > 0.9);
  CHECK(snapshot->history.back().train_loss < snapshot->history.front().train_loss);
  CHECK(snapshot->step == 3 * train_size / 64);
  CHECK(snapshot->val_accuracy.y.size() == 3);
  CHECK(snapshot->seconds_left == 0);

  engine.send(Start{});
  snapshot = settle(engine);
  CHECK(snapshot->history.size() == 6);
  CHECK(snapshot->epochs == 6);
}

TEST_CASE("engine: step trains on one batch; pause, start and reset work") {
  Engine engine = make_engine();
  engine.send(Configure{small_run()});
  engine.send(Step{});
  auto snapshot = settle(engine);
  CHECK(snapshot->state == RunState::paused);
  CHECK(snapshot->step == 1);

  engine.send(Start{});
  CHECK(engine.advance() == Activity::busy);
  engine.send(Pause{});
  snapshot = settle(engine);
  CHECK(snapshot->state == RunState::paused);
  CHECK(snapshot->step == 2);

  engine.send(Reset{});
  snapshot = settle(engine);
  CHECK(snapshot->state == RunState::ready);
  CHECK(snapshot->step == 0);
  CHECK(snapshot->train_loss.x.empty());
}

TEST_CASE("engine: reset repeats the same run, bit for bit") {
  Engine engine = make_engine(2);
  engine.send(Subscribe{{"filters"}});
  engine.send(Configure{small_run()});
  engine.send(Start{});
  const auto first = settle(engine);
  engine.send(Reset{});
  engine.send(Start{});
  const auto second = settle(engine);
  REQUIRE(second->history.size() == first->history.size());
  for (size_t i = 0; i < first->history.size(); ++i) {
    CHECK(first->history[i].train_loss == second->history[i].train_loss);
    CHECK(first->history[i].val_loss == second->history[i].val_loss);
  }
  CHECK(first->filters->weights == second->filters->weights);
}

TEST_CASE("engine: the learning rate can be changed while running and is checked") {
  Engine engine = make_engine();
  engine.send(Configure{small_run()});
  engine.send(Start{});
  engine.advance();
  engine.send(SetLearningRate{0.01});
  engine.advance();
  engine.send(Pause{});
  CHECK(settle(engine)->learning_rate == 0.01);
  CHECK_THAT(refusal_of(engine, SetLearningRate{-1}), ContainsSubstring("learning rate is -1"));
  CHECK(engine.snapshot()->learning_rate == 0.01);
  CHECK(engine.snapshot()->state == RunState::paused);
}

TEST_CASE(
    "engine: early stopping ends the run, and start again trains the same number of epochs again") {
  Engine engine = make_engine();
  RunOptions options = small_run();
  options.epochs = 50;
  options.early_stopping = true;
  // No later epoch improves on the first by min_delta, so the run ends with the second.
  options.early_stopping_options = {
      {"patience", int64_t{1}}, {"min_delta", 10.0}, {"restore_best_weights", true}};
  engine.send(Configure{options});
  engine.send(Start{});
  auto snapshot = settle(engine);
  CHECK(snapshot->state == RunState::finished);
  CHECK_THAT(snapshot->stop_reason, ContainsSubstring("no better val_loss than in epoch"));
  CHECK(snapshot->history.size() == 2);
  CHECK(snapshot->seconds_left == 0);

  engine.send(Start{});
  engine.advance();
  snapshot = engine.snapshot();
  CHECK(snapshot->state == RunState::running);
  CHECK(snapshot->stop_reason.empty());
  CHECK(snapshot->epochs == 2 + 50);

  options.early_stopping_options = {{"patients", int64_t{1}}};
  CHECK_THAT(refusal_of(engine, Configure{options}),
             ContainsSubstring("patients") && ContainsSubstring("patience"));
}

TEST_CASE("engine: a time budget pauses between two steps, and start continues") {
  Engine engine = make_engine();
  RunOptions options = small_run();
  options.time_budget = 0.02;  // the clock advances a few ms in each step
  engine.send(Configure{options});
  engine.send(Start{});
  auto snapshot = settle(engine);
  CHECK(snapshot->state == RunState::paused);
  CHECK_THAT(snapshot->stop_reason, ContainsSubstring("time budget of 0.02 s"));
  const int64_t step = snapshot->step;
  CHECK(step > 0);
  CHECK(step < 3 * train_size / 64);
  engine.send(Start{});
  snapshot = settle(engine);
  CHECK(snapshot->step > step);
}

TEST_CASE("engine: user callbacks are called for each run") {
  std::vector<int64_t> epochs;
  class Recorder final : public Callback {
   public:
    explicit Recorder(std::vector<int64_t>& seen) : seen_(seen) {}
    void epoch_ended(const EpochLogs& logs) override { seen_.push_back(logs.epoch); }

   private:
    std::vector<int64_t>& seen_;
  };
  const auto open = [](const std::string&) { return make_synthetic(64, 20, {28, 28, 1}, 10); };
  const auto callbacks = [&](Run&) {
    Callbacks made;
    made.push_back(std::make_unique<Recorder>(epochs));
    return made;
  };
  Engine engine({.backend = make_backend("xnnpack", 1),
                 .open_data = open,
                 .callbacks = callbacks,
                 .now = ticking_clock()});
  engine.send(Configure{small_run()});
  engine.send(Start{});
  settle(engine);
  engine.send(Reset{});
  engine.send(Start{});
  settle(engine);
  CHECK(epochs == std::vector<int64_t>{1, 2, 3, 1, 2, 3});
}

TEST_CASE(
    "engine: a schedule varies the learning rate, and its base can be changed while running") {
  Engine engine = make_engine();
  RunOptions options = small_run();  // 3 epochs of 8 steps
  options.learning_rate = 0.01;
  options.schedule = "step";
  options.schedule_options = {{"epochs", 1}, {"gamma", 0.5}};
  options.warmup_epochs = 0.5;
  engine.send(Configure{options});
  CHECK(settle(engine)->step_learning_rate == 0);
  engine.send(Start{});
  auto snapshot = settle(engine);
  CHECK(snapshot->learning_rate == 0.01);
  REQUIRE(snapshot->history.size() == 3);
  // The rates of steps 7, 15 and 23; the schedule starts at step 4.
  CHECK(snapshot->history[0].learning_rate == 0.01);
  CHECK(snapshot->history[1].learning_rate == 0.005);
  CHECK(snapshot->history[2].learning_rate == 0.0025);
  engine.send(SetLearningRate{0.08});
  snapshot = settle(engine);
  CHECK(snapshot->learning_rate == 0.08);
  CHECK(snapshot->step_learning_rate == 0.02);  // of step 24, after two halvings
  engine.send(Reset{});
  CHECK(settle(engine)->learning_rate == 0.08);
}

TEST_CASE("engine: the plateau schedule uses the validation losses") {
  Engine engine = make_engine();
  RunOptions options = small_run();
  options.schedule = "plateau";
  options.schedule_options = {{"min_delta", 1000}, {"patience", 1}};  // nothing improves enough
  engine.send(Configure{options});
  engine.send(Start{});
  const auto snapshot = settle(engine);
  CHECK(snapshot->history[1].learning_rate == 1e-3);
  CHECK(snapshot->history[2].learning_rate == 1e-4);
}

TEST_CASE("engine: validation and saved models see the average of the weights") {
  Engine engine = make_engine();
  RunOptions options = small_run();
  options.learning_rate = 0.5;  // far too high to converge, so that averaging has an effect
  options.optimizer = "sgd";
  options.optimizer_options = {{"momentum", 0.9}};
  options.update_options = {{"ema_momentum", 0.999}};
  engine.call<Configured>(Configure{options});
  engine.send(Start{});
  REQUIRE(settle(engine)->state == RunState::finished);
  const std::vector<uint8_t> averaged = model_of(engine);
  CHECK(model_of(engine) == averaged);
  // The average is what the last validation used.
  CHECK(engine.call<Evaluation>(Evaluate{}).loss ==
        Approx(engine.snapshot()->history.back().val_loss));
  engine.send(Start{});
  CHECK(settle(engine)->state == RunState::finished);
  CHECK(model_of(engine) != averaged);
}

TEST_CASE("engine: a NaN loss stops training with an error") {
  Engine engine = make_engine();
  RunOptions options = small_run();
  options.optimizer = "sgd";
  options.model = "simple-convnet";
  options.learning_rate = 1e9;
  engine.send(Configure{options});
  engine.send(Start{});
  const auto snapshot = settle(engine);
  CHECK(snapshot->state == RunState::failed);
  CHECK_THAT(snapshot->error, ContainsSubstring("no longer a number"));
  // A checkpoint of it must not replace a good one, so it is refused.
  CHECK_THROWS_WITH(checkpoint_of(engine), ContainsSubstring("no longer a number"));
}

class UnreadableBackend final : public HostBackend {
 public:
  explicit UnreadableBackend(const bool* fails) : fails_(fails) {}
  std::unique_ptr<ReadBack> read_back(const Tensor& tensor) override {
    if (*fails_) fail("the device is gone");
    return HostBackend::read_back(tensor);
  }

 private:
  const bool* fails_;
};

TEST_CASE("engine: nothing is made for snapshots that nobody looks at, and nothing twice") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  engine.send(Start{});
  auto snapshot = settle(engine);
  CHECK(snapshot->samples.version() == 0);
  CHECK(snapshot->predictions.version() == 0);
  CHECK(snapshot->filters.version() == 0);
  CHECK_THAT(refusal_of(engine, Subscribe{{"samples", "maps"}}),
             ContainsSubstring("unknown part 'maps'; known are: samples, predictions, filters"));

  engine.call<Done>(Subscribe{{"samples", "predictions"}});
  const auto first = engine.snapshot();
  CHECK(first->samples->labels.size() == 30);
  CHECK(first->filters.version() == 0);
  engine.call<Done>(Pause{});
  snapshot = engine.snapshot();
  CHECK(snapshot->sequence > first->sequence);
  CHECK(snapshot->predictions.version() == first->predictions.version());
  engine.send(Start{});  // trains on
  snapshot = settle(engine);
  CHECK(snapshot->predictions.version() > first->predictions.version());
  CHECK(snapshot->samples.version() == first->samples.version());
  CHECK(&*snapshot->samples == &*first->samples);  // shared, not copied
  engine.call<Configured>(Configure{small_run()});
  CHECK(engine.snapshot()->samples.version() > first->samples.version());
}

TEST_CASE("engine: a failure while a snapshot is made shows in the snapshot") {
  bool fails = false;
  Engine engine({.backend = std::make_unique<UnreadableBackend>(&fails),
                 .open_data =
                     [](const std::string&) {
                       return make_synthetic(train_size, test_size, {28, 28, 1}, 10);
                     },
                 .now = ticking_clock()});
  engine.send(Configure{small_run()});
  settle(engine);
  fails = true;
  engine.send(Subscribe{{"filters"}});  // read from the device
  CHECK_NOTHROW(engine.advance());
  CHECK(engine.snapshot()->state == RunState::failed);
  CHECK_THAT(engine.snapshot()->error, ContainsSubstring("the device is gone"));
}

TEST_CASE("engine: training waits for data that has not arrived yet") {
  const auto open = [](const std::string&) {
    const std::vector<std::string> names(10, "class");
    return DatasetSplits{std::make_shared<MemoryDataset>("arriving", Shape{28, 28, 1}, names, 4096),
                         std::make_shared<MemoryDataset>("arriving", Shape{28, 28, 1}, names, 10)};
  };
  Engine engine({.backend = make_backend("", 1), .open_data = open, .now = ticking_clock()});
  RunOptions options = small_run();
  options.data = "arriving";
  engine.send(Configure{options});
  engine.send(Start{});
  CHECK(engine.advance() == Activity::waiting);
  CHECK(engine.snapshot()->state == RunState::waiting_for_data);

  engine.data_arrived();  // of another data set
  CHECK(engine.advance() == Activity::waiting);
  CHECK(engine.snapshot()->state == RunState::waiting_for_data);
}
