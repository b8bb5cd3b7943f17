#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <limits>
#include <string>
#include <vector>

#include "backend/device.h"
#include "loss/loss.h"
#include "train/callbacks/callback_list.h"
#include "train/callbacks/early_stopping.h"
#include "train/callbacks/log_writers.h"
#include "train/callbacks/model_checkpoint.h"
#include "train/callbacks/time_budget.h"
#include "zoo/zoo.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A network whose weights can be set, to simulate training.
struct Training {
  explicit Training(const UpdateOptions& update = {})
      : backend(make_backend("host", 1)),
        network(find_model("mnist-mlp").build({4, 4, 1}, 3), *backend, 1),
        trainer(network, make_loss("softmax_cross_entropy", {}), find_optimizer("sgd").make({}),
                0.1, update) {}

  void set_weights(float value) { backend->fill(network.values(), value); }
  float weight() { return Device(*backend).read(network.parameters()[0].value)[0]; }

  std::unique_ptr<Backend> backend;
  Network network;
  Trainer trainer;
};

/// Ends one epoch per validation loss, with all weights set to the number of the epoch. Returns the
/// epoch after which the callback stops the training; 0 if it does not.
int64_t epochs_until_stop(EarlyStopping& callback, Training& training,
                          const std::vector<double>& val_losses, int64_t first = 1) {
  int64_t epoch = first;
  for (const double loss : val_losses) {
    training.set_weights(static_cast<float>(epoch));
    callback.epoch_ended({.epoch = epoch, .val_loss = loss, .val_accuracy = 1 - loss});
    if (!callback.stop_reason().empty()) return epoch;
    ++epoch;
  }
  return 0;
}

TEST_CASE("early stopping: stops after `patience` epochs without improvement") {
  Training training;
  const auto stops = [&](int64_t patience, const std::vector<double>& losses) {
    EarlyStopping callback({.patience = patience}, training.trainer);
    return epochs_until_stop(callback, training, losses);
  };
  // As in Keras: a patience of 0 and of 1 both stop after the first epoch without improvement.
  CHECK(stops(0, {3, 2, 2, 1}) == 3);
  CHECK(stops(1, {3, 2, 2, 1}) == 3);
  CHECK(stops(2, {3, 2, 2, 1, 2, 3}) == 6);
  CHECK(stops(2, {3, 2, 1}) == 0);
  CHECK(stops(2, {3, nan, nan, 1}) == 3);
  CHECK(stops(0, {nan, 2, 1}) == 0);
}

TEST_CASE("early stopping: monitor, min_delta and start_from_epoch are options") {
  Training training;
  const std::vector<double> slowly{0.5, 0.45, 0.4, 0.35};
  EarlyStopping exact({.min_delta = 0.1}, training.trainer);
  CHECK(epochs_until_stop(exact, training, slowly) == 2);
  EarlyStopping accuracy({.monitor = Monitor::val_accuracy}, training.trainer);
  CHECK(epochs_until_stop(accuracy, training, slowly) == 0);
  CHECK(epochs_until_stop(accuracy, training, {0.6}, 5) == 5);
  CHECK_THAT(accuracy.stop_reason(), ContainsSubstring("no better val_accuracy than in epoch 4"));
  EarlyStopping late({.start_from_epoch = 2}, training.trainer);
  CHECK(epochs_until_stop(late, training, {1, 2, 3, 2, 3}) == 5);
  CHECK_THROWS_WITH(EarlyStopping({.patience = -1}, training.trainer),
                    ContainsSubstring("patience"));
}

TEST_CASE("early stopping: optionally restores the best weights at the end") {
  for (const bool restore : {false, true}) {
    Training training;
    EarlyStopping callback({.patience = 2, .restore_best_weights = restore}, training.trainer);
    CHECK(epochs_until_stop(callback, training, {3, 1, 2, 2}) == 4);
    CHECK(training.weight() == 4);
    callback.train_ended();
    CHECK(training.weight() == (restore ? 2 : 4));
    // Training starts again: there is no best epoch yet.
    callback.train_began();
    CHECK(callback.stop_reason().empty());
    CHECK(epochs_until_stop(callback, training, {9, 8}, 5) == 0);
  }
}

TEST_CASE("early stopping: another instance continues identically from its state and tensors") {
  Training training;
  const EarlyStoppingOptions options{.patience = 2, .restore_best_weights = true};
  EarlyStopping first(options, training.trainer);
  CHECK(epochs_until_stop(first, training, {3, 1, 2}) == 0);
  EarlyStopping second(options, training.trainer);
  second.restore(first.state(), {});
  REQUIRE(second.tensors().size() == training.network.parameters().size());
  for (size_t i = 0; i < second.tensors().size(); ++i)
    training.backend->copy(first.tensors()[i], second.tensors()[i]);
  CHECK(epochs_until_stop(second, training, {1.5}, 4) == 4);
  second.train_ended();
  CHECK(training.weight() == 2);
  CHECK_THROWS_WITH(second.restore({}, {}), ContainsSubstring("early_stopping.wait"));
  CHECK_THROWS_WITH(second.restore({{"early_stopping.wait", -1}}, {}),
                    ContainsSubstring("whole number"));
}

TEST_CASE("model checkpoint: saves every epoch, every few steps, or only the best model so far") {
  std::vector<int64_t> saved;
  int64_t step = 0;
  const auto epochs = [&](const ModelCheckpointOptions& options) {
    saved.clear();
    step = 0;
    ModelCheckpoint callback(options, [&] { saved.push_back(step); });
    for (const double loss : {3.0, 2.0, 2.0, nan, 1.0}) {
      for (int i = 0; i < 4; ++i) callback.step_ended(++step);
      callback.epoch_ended({.epoch = step / 4, .val_loss = loss, .val_accuracy = loss});
    }
    return saved;
  };
  using Steps = std::vector<int64_t>;
  CHECK(epochs({}) == Steps{4, 8, 12, 16, 20});
  CHECK(epochs({.save_freq = 6}) == Steps{6, 12, 18});
  CHECK(epochs({.save_best_only = true}) == Steps{4, 8, 20});
  CHECK(epochs({.monitor = Monitor::val_accuracy, .save_best_only = true}) == Steps{4});
  CHECK_THROWS_WITH(ModelCheckpoint({.save_best_only = true, .save_freq = 6}, [] {}),
                    ContainsSubstring("save_freq 0"));
}

TEST_CASE("model checkpoint: the best so far comes from the history, whoever wrote it") {
  int saves = 0;
  ModelCheckpoint callback({.save_best_only = true}, [&] { ++saves; });
  const std::vector<EpochLogs> history{{.epoch = 1, .val_loss = 4}, {.epoch = 2, .val_loss = 2}};
  callback.restore({}, history);
  CHECK(saves == 0);
  callback.epoch_ended({.epoch = 3, .val_loss = 3});
  CHECK(saves == 0);
  callback.epoch_ended({.epoch = 4, .val_loss = 1});
  CHECK(saves == 1);
}

TEST_CASE("logs: a line per epoch, whose numbers are read back exactly") {
  const EpochLogs logs{.epoch = 1,
                       .step = 10,
                       .loss = 0.1,
                       .accuracy = 0.75,
                       .val_loss = nan,
                       .val_accuracy = 1.0 / 3,
                       .learning_rate = 1e-3};
  std::vector<std::string> lines;
  const auto write = [&](const std::string& line) { lines.push_back(line); };
  CsvLogger csv(write);
  csv.epoch_ended(logs);
  csv.epoch_ended(logs);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "epoch,accuracy,learning_rate,loss,val_accuracy,val_loss");
  CHECK(lines[1] == "1,0.75,0.001,0.1,0.3333333333333333,nan");
  JsonLogger(write).epoch_ended(logs);
  CHECK(lines.back() == R"({"epoch":1,"accuracy":0.75,"learning_rate":0.001,"loss":0.1,)"
                        R"("val_accuracy":0.3333333333333333,"val_loss":null})");
}

TEST_CASE(
    "time budget: stops after the step in which it ends, and is reset when training continues") {
  double now = 100;
  TimeBudget budget(5, [&] { return now; });
  budget.train_began();
  now = 104.9;
  budget.step_ended(1);
  CHECK(budget.stop_reason().empty());
  now = 105;
  CHECK(budget.stop_reason().empty());
  budget.step_ended(2);
  CHECK(budget.stop_reason() == "the time budget of 5 s is used up");
  budget.train_began();
  budget.step_ended(3);
  CHECK(budget.stop_reason().empty());
}

TEST_CASE("callback list: all callbacks are called in order, their states are stored separately") {
  Training training;
  std::vector<std::string> calls;
  Callbacks callbacks;
  callbacks.push_back(std::make_unique<ModelCheckpoint>(ModelCheckpointOptions{},
                                                        [&] { calls.emplace_back("each"); }));
  callbacks.push_back(std::make_unique<ModelCheckpoint>(
      ModelCheckpointOptions{.save_best_only = true}, [&] { calls.emplace_back("best"); }));
  callbacks.push_back(std::make_unique<EarlyStopping>(EarlyStoppingOptions{}, training.trainer));
  CallbackList list(std::move(callbacks));
  list.train_began();
  list.epoch_ended({.epoch = 1, .val_loss = 1});
  CHECK(calls == std::vector<std::string>{"each", "best"});
  CHECK(list.state().size() == 5);  // of early stopping
  CHECK(list.stop_reason().empty());
  list.epoch_ended({.epoch = 2, .val_loss = 2});
  CHECK_THAT(list.stop_reason(), ContainsSubstring("epoch 1"));
}

}  // namespace
}  // namespace convlab
