#pragma once

#include <memory>
#include <span>
#include <vector>

#include "nn/network.h"
#include "optim/optimizer.h"

namespace convlab {

/// What surrounds an optimizer's update. 0 (of `accumulate` 1) leaves out each of it, as Keras does
/// by default.
struct UpdateOptions {
  /// Most that the norm of all gradients together may be (Keras' global_clipnorm, PyTorch's
  /// clip_grad_norm_).
  double clip_norm = 0;
  /// Most that each element of the gradients may be, in either direction. Only one of the two.
  double clip_value = 0;
  /// How many batches make up one update: it follows the mean of their gradients.
  int64_t accumulate = 1;
  /// The fraction that the moving average of the weights keeps in each update (Polyak and Juditsky
  /// 1992; 0.99 is common). Where there is an average, evaluation and saving take it.
  double ema_momentum = 0;
  /// After how many updates the average also takes the place of the weights that train.
  int64_t ema_overwrite_frequency = 0;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// From named values. Throws Error for those that are wrong alone or together.
UpdateOptions read_update_options(const Options& options);

/// Moves a network's weights by the gradients of batch after batch: accumulates, clips, lets the
/// optimizer update, averages. Its buffers are allocated at the start; nothing reads back.
class Updater {
 public:
  /// The network must outlive it. Throws Error for options that cannot be.
  Updater(Network& network, std::unique_ptr<Optimizer> optimizer, const UpdateOptions& options);

  /// Takes in the network's gradients of batch `step`, counted from 1; the last of each
  /// `accumulate` batches updates the weights, clipping those gradients. The network must have its
  /// training weights.
  void update(uint64_t step);
  /// The update to which batch `step` belongs; both counted from 1.
  uint64_t update_of(uint64_t step) const { return (step - 1) / accumulate() + 1; }

  /// Puts the average of the weights after batch `step` into the network, for evaluating and
  /// saving; the weights that train wait meanwhile. Without an average or an update before nothing
  /// changes.
  void use_average(uint64_t step);
  /// Puts the weights that train back.
  void use_training_weights();

  const Optimizer& optimizer() const { return *optimizer_; }
  /// All that is remembered from batch to batch, flat like Network::values: the optimizer's
  /// states, then the average and the mean of the gradients so far, where there are. They and the
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
