#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/named_numbers.h"
#include "core/tensor.h"

namespace convlab {

/// The metrics at the end of an epoch, with Keras' names: `loss` and `accuracy` are means over the
/// epoch's training steps.
struct EpochLogs {
  int64_t epoch = 0;  ///< counted from 1; Keras counts from 0
  int64_t step = 0;   ///< number of completed training steps
  double loss = 0;
  double accuracy = 0;
  double val_loss = 0;
  double val_accuracy = 0;
  double learning_rate = 0;  ///< of the last step
};

/// Observes a training and can stop it. Uses no threads or files: output goes to a function that is
/// passed to the constructor.
class Callback {
 public:
  Callback() = default;
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;
  virtual ~Callback() = default;

  /// Called when training starts, or continues after a pause.
  virtual void train_began() {}
  /// Called after `step` training steps; weights and counts are those between two steps.
  virtual void step_ended(int64_t /*step*/) {}
  virtual void epoch_ended(const EpochLogs& /*logs*/) {}
  /// Called after the planned epochs, or when a callback has stopped the training.
  virtual void train_ended() {}

  /// Returns why training should stop, as a text for users; empty to continue.
  virtual std::string stop_reason() const { return {}; }

  /// Returns the epoch whose weights it put back into the network at the end of the training; 0:
  /// none.
  virtual int64_t restored_epoch() const { return 0; }

  /// Returns the callback's state for a checkpoint; names start with the callback's name.
  virtual NamedNumbers state() const { return {}; }
  /// Restores the callback's own part of a saved state, of a run whose finished epochs are
  /// `history`. Throws Error if an entry is missing.
  virtual void restore(const NamedNumbers& /*state*/, std::span<const EpochLogs> /*history*/) {}
  /// Returns the tensors that belong to the callback's state.
  virtual std::vector<Tensor> tensors() const { return {}; }
};

}  // namespace convlab
