#include "train/callbacks/early_stopping.h"

#include <fmt/format.h>
#include <cmath>

#include "train/callbacks/state_number.h"

namespace convlab {

template <class Visitor>
void EarlyStoppingOptions::visit(Visitor& visitor) {
  visitor.choice("monitor", monitor, monitor_choices, "metric to watch");
  visitor.number("min_delta", min_delta, 0, 1e9, "min change that counts as an improvement");
  visitor.integer("patience", patience, 0, 1'000'000,
                  "epochs without improvement before training stops");
  visitor.flag("restore_best_weights", restore_best_weights,
               "restore the weights of the best epoch when training ends");
  visitor.integer("start_from_epoch", start_from_epoch, 0, 1'000'000,
                  "number of first epochs that are ignored");
}
template void EarlyStoppingOptions::visit(OptionReader&);
template void EarlyStoppingOptions::visit(OptionLister&);
template void EarlyStoppingOptions::visit(OptionWriter&);

EarlyStopping::EarlyStopping(const EarlyStoppingOptions& options, Trainer& trainer)
    : options_(checked_options("early_stopping", options)), trainer_(trainer) {
  if (options_.restore_best_weights) weights_.emplace(trainer.network());
}

void EarlyStopping::train_began() {
  if (!ended_) return;
  wait_ = best_epoch_ = 0;
  stopped_ = ended_ = false;
}

void EarlyStopping::epoch_ended(const EpochLogs& logs) {
  if (logs.epoch <= options_.start_from_epoch) return;
  const double value = monitored(options_.monitor, logs);
  ++wait_;
  const bool better = best_epoch_ == 0
                          ? !std::isnan(value)
                          : improved(options_.monitor, value, best_, options_.min_delta);
  if (better) {
    best_ = value;
    best_epoch_ = logs.epoch;
    wait_ = 0;
    trainer_.use_eval_weights();
    if (weights_) weights_->take();
  } else if (wait_ >= options_.patience && logs.epoch > 1) {
    stopped_ = true;
  }
}

void EarlyStopping::train_ended() {
  ended_ = true;
  if (!weights_ || best_epoch_ == 0) return;
  trainer_.use_eval_weights();
  weights_->put_back();
}

std::string EarlyStopping::stop_reason() const {
  if (!stopped_) return {};
  const std::string epochs =
      options_.patience > 1 ? fmt::format("{} epochs", options_.patience) : "an epoch";
  return fmt::format("no better {} than in epoch {} ({:g}) for {}", name_of(options_.monitor),
                     best_epoch_, best_, epochs);
}

int64_t EarlyStopping::restored_epoch() const { return ended_ && weights_ ? best_epoch_ : 0; }

NamedNumbers EarlyStopping::state() const {
  return {{"early_stopping.wait", static_cast<double>(wait_)},
          {"early_stopping.best_epoch", static_cast<double>(best_epoch_)},
          {"early_stopping.best", best_},
          {"early_stopping.stopped", stopped_ ? 1 : 0},
          {"early_stopping.ended", ended_ ? 1 : 0}};
}

void EarlyStopping::restore(const NamedNumbers& state, std::span<const EpochLogs> /*history*/) {
  const int64_t wait = count_of(state, "early_stopping.wait");
  const int64_t best_epoch = count_of(state, "early_stopping.best_epoch");
  const double best = number_of(state, "early_stopping.best");
  const bool stopped = count_of(state, "early_stopping.stopped") != 0;
  ended_ = count_of(state, "early_stopping.ended") != 0;
  wait_ = wait;
  best_epoch_ = best_epoch;
  best_ = best;
  stopped_ = stopped;
}

std::vector<Tensor> EarlyStopping::tensors() const {
  return weights_ ? weights_->tensors() : std::vector<Tensor>{};
}

}  // namespace convlab
