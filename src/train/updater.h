#pragma once

#include <compare>
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

/// How far an Updater has come.
struct UpdateProgress {
  uint64_t updates = 0;         ///< updates of the weights so far
  int64_t waiting_batches = 0;  ///< batches since the last update
  int64_t waiting_images = 0;   ///< their images
};

/// The operations of an Updater for one batch, apart from the values of StepState.
struct UpdateWork {
  bool updates = false;     ///< the batch is the last of an update
  bool overwrites = false;  ///< afterwards the moving average replaces the training weights

  auto operator<=>(const UpdateWork&) const = default;
};

/// Updates a network's weights with the gradients of each batch: accumulates, clips, runs the
/// optimizer, averages. Allocates its buffers in the constructor; nothing is read back.
class Updater {
 public:
  /// The network must outlive it. Throws Error for invalid options.
  Updater(Network& network, std::unique_ptr<Optimizer> optimizer, const UpdateOptions& options);

  /// Returns the StepState for the next batch, of `images` images, to be set before `enqueue`, or
  /// with 0 images before `flush`.
  StepState step_state(double learning_rate, uint64_t step, int64_t images) const;
  /// Returns what `enqueue` has to do for the next batch.
  UpdateWork next_work() const;
  /// Enqueues the operations for the network's gradients of a batch, which are means over the
  /// batch, and changes nothing else, so that they can be replayed (Backend::run_step). After
  /// `accumulate` batches they clip the mean gradients over their images and update the weights.
  /// The network must hold its training weights.
  void enqueue(const UpdateWork& work);
  /// Must follow `enqueue` or its replay; `images` is the size of the batch.
  void batch_done(int64_t images);
  /// The two together.
  void add_batch(int64_t images);
  /// Updates the weights with the batches that wait for an update, if any. To be called at the end
  /// of each epoch, so that the last images of an epoch count, too.
  void flush();
  const UpdateProgress& progress() const { return progress_; }

  /// Puts the moving average of the weights into the network, for evaluation and saving, and keeps
  /// the training weights. Does nothing without an average or before the first update.
  void use_average();
  /// Puts the training weights back into the network.
  void use_training_weights();

  const Optimizer& optimizer() const { return *optimizer_; }
  /// All state that is kept between batches, flat like Network::values: the optimizer's states,
  /// then the average and the mean of the gradients so far, if used. The states and the network's
  /// values change places in use_average: the average is in the network, the training weights are
  /// where the average was.
  std::span<const Tensor> states() const { return states_; }
  /// Whether use_average did so, and use_training_weights did not undo it.
  bool has_average() const { return averaged_; }
  /// Continues from restored states and values, with the given progress and has_average().
  void restore(const UpdateProgress& progress, bool averaged);

 private:
  void enqueue_update(const Tensor& grads, const UpdateWork& work);
  void update_done();
  void add_state(double start);
  void clip(const Tensor& grads);
  bool overwrites(uint64_t update) const;
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
  UpdateProgress progress_;
  bool averaged_ = false;
};

}  // namespace convlab
