#include "train/callbacks/callback_list.h"

#include <algorithm>

namespace convlab {

void CallbackList::train_began() {
  for (const auto& callback : callbacks_) callback->train_began();
}

void CallbackList::step_ended(int64_t step) {
  for (const auto& callback : callbacks_) callback->step_ended(step);
}

void CallbackList::epoch_ended(const EpochLogs& logs) {
  for (const auto& callback : callbacks_) callback->epoch_ended(logs);
}

void CallbackList::train_ended() {
  for (const auto& callback : callbacks_) callback->train_ended();
}

std::string CallbackList::stop_reason() const {
  for (const auto& callback : callbacks_) {
    if (std::string reason = callback->stop_reason(); !reason.empty()) return reason;
  }
  return {};
}

int64_t CallbackList::restored_epoch() const {
  int64_t epoch = 0;
  for (const auto& callback : callbacks_) epoch = std::max(epoch, callback->restored_epoch());
  return epoch;
}

NamedNumbers CallbackList::state() const {
  NamedNumbers all;
  for (const auto& callback : callbacks_) {
    const NamedNumbers own = callback->state();
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

void CallbackList::restore(const NamedNumbers& state, std::span<const EpochLogs> history) {
  for (const auto& callback : callbacks_) callback->restore(state, history);
}

std::vector<Tensor> CallbackList::tensors() const {
  std::vector<Tensor> all;
  for (const auto& callback : callbacks_) {
    const std::vector<Tensor> own = callback->tensors();
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

}  // namespace convlab
