#include "train/callbacks/model_checkpoint.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "train/callbacks/state_number.h"

namespace convlab {

namespace {

constexpr const char* best_epoch_name = "model_checkpoint.best_epoch";

}  // namespace

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

void ModelCheckpoint::epoch_ended(const EpochLogs& logs) {
  if (options_.save_freq > 0) return;
  if (options_.save_best_only) {
    const double value = monitored(options_.monitor, logs);
    const bool better =
        best_epoch_ == 0 ? !std::isnan(value) : improved(options_.monitor, value, best_, 0);
    if (!better) return;
    best_ = value;
    best_epoch_ = logs.epoch;
  }
  save_();
}

NamedNumbers ModelCheckpoint::state() const {
  if (!options_.save_best_only) return {};
  return {{best_epoch_name, static_cast<double>(best_epoch_)}, {"model_checkpoint.best", best_}};
}

void ModelCheckpoint::restore(const NamedNumbers& state) {
  const auto is_own = [](const auto& number) { return number.first == best_epoch_name; };
  if (!options_.save_best_only || std::none_of(state.begin(), state.end(), is_own)) return;
  const int64_t best_epoch = count_of(state, best_epoch_name);
  best_ = number_of(state, "model_checkpoint.best");
  best_epoch_ = best_epoch;
}

}  // namespace convlab
