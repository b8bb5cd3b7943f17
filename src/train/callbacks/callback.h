#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/named_numbers.h"
#include "core/tensor.h"

namespace convlab {

/// What is known when an epoch ends, under Keras' names: `loss` and `accuracy` are means over the
/// epoch's training steps.
struct EpochLogs {
  int64_t epoch = 0;  ///< from 1, where Keras counts from 0
  int64_t step = 0;   ///< training steps done
  double loss = 0;
  double accuracy = 0;
  double val_loss = 0;
  double val_accuracy = 0;
  double learning_rate = 0;  ///< of the last step
};

/// Something that follows a training and may end it. It has no thread and no files: what it writes
/// it hands to a function that was passed in.
class Callback {
 public:
  Callback() = default;
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;
  virtual ~Callback() = default;

  /// Training begins, or goes on after a pause.
  virtual void train_began() {}
  /// `step` training steps are done; weights and counts are those between two steps.
  virtual void step_ended(int64_t /*step*/) {}
  virtual void epoch_ended(const EpochLogs& /*logs*/) {}
  /// The planned epochs are done, or a callback ended the training.
  virtual void train_ended() {}

  /// Why training shall end, for people; empty: it may go on.
  virtual std::string stop_reason() const { return {}; }

  /// What it remembers from epoch to epoch, for a checkpoint; names begin with the callback's.
  virtual NamedNumbers state() const { return {}; }
  /// Takes its own from what `state` gave once. Throws Error for what it lacks.
  virtual void restore(const NamedNumbers& /*state*/) {}
  /// The tensors that belong to its state.
  virtual std::vector<Tensor> tensors() const { return {}; }
};

}  // namespace convlab
