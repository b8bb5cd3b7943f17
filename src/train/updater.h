#pragma once

#include <memory>
#include <span>
#include <vector>

#include "nn/network.h"
#include "optim/optimizer.h"

namespace convlab {

/// Options of the steps around an optimizer's update. The value 0 (1 for `accumulate`) disables a
/// step, which is the default as in Keras.
struct UpdateOptions {
  /// Max norm of all gradients together (Keras' global_clipnorm, PyTorch's clip_grad_norm_).
  double clip_norm = 0;
  /// Max absolute value of each gradient element. Cannot be combined with clip_norm.
  double clip_value = 0;
  /// Number of batches per update, which uses the mean of their gradients.
  int64_t accumulate = 1;
  /// Fraction of the moving average of the weights that each update keeps (Polyak and Juditsky
  /// 1992; 0.99 is common). If there is an average, evaluation and saving use it.
  double ema_momentum = 0;
  /// Number of updates after which the average also replaces the training weights, repeatedly.
  int64_t ema_overwrite_frequency = 0;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Reads the options from named values. Throws Error for invalid values or combinations.
UpdateOptions read_update_options(const Options& options);

/// Updates a network's weights with the gradients of each batch: accumulates, clips, runs the
/// optimizer, averages. Allocates its buffers in the constructor; nothing is read back.
class Updater {
 public:
  /// The network must outlive it. Throws Error for invalid options.
  Updater(Network& network, std::unique_ptr<Optimizer> optimizer, const UpdateOptions& options);

  /// Processes the network's gradients of batch `step`, counted from 1. The last of each
  /// `accumulate` batches clips the gradients in place and updates the weights. The network must
  /// hold its training weights.
  void update(uint64_t step);
  /// Returns the number of the update that uses batch `step`; both are counted from 1.
  uint64_t update_of(uint64_t step) const { return (step - 1) / accumulate() + 1; }

  /// Puts the moving average of the weights after batch `step` into the network, for evaluation and
  /// saving, and keeps the training weights. Does nothing without an average or before the first
  /// update.
  void use_average(uint64_t step);
  /// Puts the training weights back into the network.
  void use_training_weights();

  const Optimizer& optimizer() const { return *optimizer_; }
  /// All state that is kept between batches, flat like Network::values: the optimizer's states,
  /// then the average and the mean of the gradients so far, if used. The states and the network's
  /// values are those of the training only after use_training_weights.
  std::span<const Tensor> states() const { return states_; }

 private:
  uint64_t accumulate() const { return static_cast<uint64_t>(options_.accumulate); }
  void add_state(double start);
  void clip(const Tensor& grads);
  void average(uint64_t update);
  void swap_weights();

  Network& network_;
  Backend& backend_;
  std::unique_ptr<Optimizer> optimizer_;
  UpdateOptions options_;
  std::vector<Buffer> buffers_;
  std::vector<Tensor> states_;
  Buffer norm_buffer_;
  Tensor norm_;
  Tensor average_;
  Tensor mean_grads_;
  bool averaged_ = false;  // the average is in the network, the training weights in average_
};

}  // namespace convlab
