#pragma once

#include <memory>
#include <vector>

#include "data/loader.h"
#include "loss/loss.h"
#include "nn/network.h"
#include "train/classification_sums.h"
#include "train/updater.h"

namespace convlab {

/// Means over the samples since the last reset.
struct Metrics {
  double loss = 0;
  double accuracy = 0;
  int64_t samples = 0;
};

/// Sums of metrics that grow on the device and are read rarely.
class MetricSums {
 public:
  explicit MetricSums(Backend& backend);

  const Tensor& tensor() const { return tensor_; }
  void reset() { backend_.fill(tensor_, 0); }
  /// Waits for the device; all zero without samples.
  Metrics read() const;

 private:
  Backend& backend_;
  Buffer buffer_;
  Tensor tensor_;
};

/// Trains a network step by step. No thread, no clock, no files: whoever calls decides when.
/// Images are bytes and go in scaled to [0, 1].
class Trainer {
 public:
  /// The network must outlive it.
  Trainer(Network& network, std::unique_ptr<Loss> loss, std::unique_ptr<Optimizer> optimizer,
          double learning_rate, const UpdateOptions& update = {});

  /// Takes the memory for batches of so many images now instead of within the first, but for what
  /// a backend keeps in its OpStates, and returns the network's input. Throws Error when there is
  /// not enough.
  Tensor prepare(Mode mode, int64_t batch);
  /// One training step: forward, loss, backward, update. Adds to `training`. Throws Error when the
  /// images do not fit the network.
  void step(const Batch& batch);
  /// The gradients of one step, without the update.
  void forward_backward(const Batch& batch);
  /// The update of one step, from the gradients as they are.
  void update();
  /// One batch through the network in Mode::eval. Adds to `validation` and, where they are wanted,
  /// to `classes`. Like `predict` it takes the average of the weights where UpdateOptions asks for
  /// one, and leaves it in the network until the next step.
  void evaluate(const Batch& batch, ClassificationSums* classes = nullptr);
  /// Class probabilities, [batch, classes] row by row.
  std::vector<float> predict(const Batch& batch);

  MetricSums& training() { return training_; }
  MetricSums& validation() { return validation_; }
  Network& network() { return network_; }
  /// Puts the weights into the network that evaluation and saving take, or those that train.
  void use_eval_weights() { updater_.use_average(steps_); }
  void use_training_weights() { updater_.use_training_weights(); }
  const Optimizer& optimizer() const { return updater_.optimizer(); }
  /// What the updates remember, beside the weights and `steps`: Updater::states.
  std::span<const Tensor> optimizer_states() const { return updater_.states(); }

  double learning_rate() const { return learning_rate_; }
  void set_learning_rate(double rate) { learning_rate_ = rate; }
  /// Training steps done.
  uint64_t steps() const { return steps_; }
  /// Goes on after `steps` training steps, once weights, states and sums of metrics are those of
  /// then.
  void resume(uint64_t steps);

 private:
  void check_images(const Batch& batch) const;
  void check_labels(const Batch& batch) const;
  Tensor load(Mode mode, const Batch& batch);
  Tensor load_labels(const Batch& batch);

  Network& network_;
  Backend& backend_;
  std::unique_ptr<Loss> loss_;
  Updater updater_;
  double learning_rate_;
  uint64_t steps_ = 0;
  MetricSums training_;
  MetricSums validation_;
  Buffer images_;
  Buffer labels_;
  Buffer probabilities_;
};

}  // namespace convlab
