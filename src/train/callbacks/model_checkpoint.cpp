#include "train/callbacks/model_checkpoint.h"

#include <cmath>
#include <utility>

#include "core/error.h"

namespace convlab {

template <class Visitor>
void ModelCheckpointOptions::visit(Visitor& visitor) {
  visitor.choice("monitor", monitor, monitor_choices);
  visitor.flag("save_best_only", save_best_only);
  visitor.integer("save_freq", save_freq, 0, 1'000'000'000);
}
template void ModelCheckpointOptions::visit(OptionReader&);

ModelCheckpoint::ModelCheckpoint(const ModelCheckpointOptions& options, std::function<void()> save)
    : options_(checked_options("model_checkpoint", options)), save_(std::move(save)) {
  if (options_.save_best_only && options_.save_freq > 0) {
    fail("[model_checkpoint] save_best_only saves at the end of an epoch; expected save_freq 0");
  }
}

void ModelCheckpoint::step_ended(int64_t step) {
  if (options_.save_freq > 0 && step % options_.save_freq == 0) save_();
}

bool ModelCheckpoint::is_best(const EpochLogs& logs) {
  const double value = monitored(options_.monitor, logs);
  const bool better =
      best_epoch_ == 0 ? !std::isnan(value) : improved(options_.monitor, value, best_, 0);
  if (!better) return false;
  best_ = value;
  best_epoch_ = logs.epoch;
  return true;
}

void ModelCheckpoint::epoch_ended(const EpochLogs& logs) {
  if (options_.save_freq > 0) return;
  if (!options_.save_best_only || is_best(logs)) save_();
}

void ModelCheckpoint::restore(const NamedNumbers& /*state*/, std::span<const EpochLogs> history) {
  best_epoch_ = 0;
  for (const EpochLogs& logs : history) is_best(logs);
}

}  // namespace convlab
