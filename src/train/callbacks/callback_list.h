#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "train/callbacks/callback.h"

namespace convlab {

using Callbacks = std::vector<std::unique_ptr<Callback>>;

/// Calls several callbacks in order.
class CallbackList {
 public:
  CallbackList() = default;
  explicit CallbackList(Callbacks callbacks) : callbacks_(std::move(callbacks)) {}

  void train_began();
  void step_ended(int64_t step);
  void epoch_ended(const EpochLogs& logs);
  void train_ended();
  /// Returns the first reason that is not empty.
  std::string stop_reason() const;
  int64_t restored_epoch() const;
  NamedNumbers state() const;
  void restore(const NamedNumbers& state, std::span<const EpochLogs> history);
  std::vector<Tensor> tensors() const;

 private:
  Callbacks callbacks_;
};

}  // namespace convlab
