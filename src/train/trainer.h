#pragma once

#include <compare>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "data/loader.h"
#include "loss/class_weights.h"
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

/// Metrics on their way from the device: those at the time of the request.
class MetricsRead {
 public:
  explicit MetricsRead(std::unique_ptr<ReadBack> read) : read_(std::move(read)) {}

  bool ready() const { return read_->ready(); }
  /// Returns the means, waiting for them if need be. All zero without samples.
  Metrics metrics() const;

 private:
  std::unique_ptr<ReadBack> read_;
};

/// Sums of metrics that are accumulated on the device and read back rarely.
class MetricSums {
 public:
  explicit MetricSums(Backend& backend);

  const Tensor& tensor() const { return tensor_; }
  void reset() { backend_.fill(tensor_, 0); }
  /// Starts to read the means back.
  MetricsRead start_read() const { return MetricsRead(backend_.read_back(tensor_)); }
  /// Reads the means back, waiting for the device. All zero without samples.
  Metrics read() const { return start_read().metrics(); }

 private:
  Backend& backend_;
  Buffer buffer_;
  Tensor tensor_;
};

/// Trains a network step by step. Uses no threads, clocks or files: the caller decides when to run
/// a step. Images are bytes, or features, which Graph::normalization turns into the network's
/// input.
class Trainer {
 public:
  /// Memory for an image's labels on the device: label, second label and weight.
  static constexpr size_t label_bytes = 2 * sizeof(int32_t) + sizeof(float);

  /// The network must outlive the trainer.
  Trainer(Network& network, std::unique_ptr<Loss> loss, std::unique_ptr<Optimizer> optimizer,
          double learning_rate, const UpdateOptions& update = {});

  /// Sets the class weights of training; evaluation does not use them, as in Keras. Throws Error
  /// like ClassWeights.
  void set_class_weights(std::span<const double> weights);

  /// Sets the type of the numbers in batches, Dataset::sample_type; u8 unless it is called.
  void set_sample_type(DType type);

  /// Allocates the memory for batches of `batch` images now instead of in the first step, except
  /// for the memory that a backend keeps in its OpStates, and returns the network's input tensor.
  /// Throws Error if there is not enough memory.
  Tensor prepare(Mode mode, int64_t batch) { return prepare({.mode = mode, .batch = batch}); }
  /// One training step: forward, loss, backward, update. Adds to `training`. Only enqueues the
  /// work, which the backend may replay for batches of equal size (Backend::run_step). The loss of
  /// mixed labels and the class that counts for the accuracy are those of LossTargets. Throws Error
  /// if images or labels do not match the network.
  void step(const Batch& batch);
  /// Ends an epoch: updates the weights with the batches that still wait for it
  /// (UpdateOptions::accumulate).
  void end_epoch();
  /// Evaluates one batch in Mode::eval. Adds to `sums` and, if not null, to `classes`. Like
  /// `predict`, it uses the moving average of the weights if UpdateOptions enables one, and leaves
  /// it in the network until the next step. Throws Error as `step` does, and for mixed labels.
  void evaluate(const Batch& batch, MetricSums& sums, ClassificationSums* classes = nullptr);
  /// The same, adding to `validation`.
  void evaluate(const Batch& batch) { evaluate(batch, validation_); }
  /// Returns the predictions of the loss (Loss::predict), [batch, classes] in row-major order.
  std::vector<float> predict(const Batch& batch);
  /// Returns whether predictions are probabilities: those of a loss that contains an activation, or
  /// of a network that ends with softmax or sigmoid.
  bool predicts_probabilities() const;
  /// Returns the output of the node with index `node` in Mode::eval, [batch, node's output shape].
  std::vector<float> layer_output(const Batch& batch, size_t node);

  MetricSums& training() { return training_; }
  MetricSums& validation() { return validation_; }
  Network& network() { return network_; }
  /// Switches the network to the weights for evaluation and saving, or to the training weights.
  void use_eval_weights() { updater_.use_average(); }
  void use_training_weights() { updater_.use_training_weights(); }
  /// Whether the network holds the average of the weights, see Updater::states.
  bool has_average() const { return updater_.has_average(); }
  const UpdateProgress& updates() const { return updater_.progress(); }
  const Optimizer& optimizer() const { return updater_.optimizer(); }
  /// State of the updates, apart from the weights and `steps`: see Updater::states.
  std::span<const Tensor> optimizer_states() const { return updater_.states(); }

  double learning_rate() const { return learning_rate_; }
  void set_learning_rate(double rate) { learning_rate_ = rate; }
  /// Number of completed training steps.
  uint64_t steps() const { return steps_; }
  /// Continues after `steps` training steps. Call it after restoring the weights, states and sums
  /// of metrics of that step.
  void resume(uint64_t steps, const UpdateProgress& updates, bool averaged);

 private:
  void upload_normalization();
  void check_sizes(const Batch& batch) const;
  void check_labels(const Batch& batch) const;
  /// The tensors of a step, and what its update does.
  struct StepWork {
    Tensor images;  ///< of sample_type_
    LossTargets targets;
    Tensor input;
    UpdateWork update;
  };
  /// What distinguishes the operations of one step from those of another.
  struct StepKey {
    int64_t batch = 0;
    bool mixed = false;  ///< with second labels
    UpdateWork update;

    auto operator<=>(const StepKey&) const = default;
  };

  Tensor prepare(const PassSpec& spec);
  LossTargets load_labels(const Batch& batch);
  StepWork load(const PassSpec& spec, const Batch& batch);
  StepWork load(Mode mode, const Batch& batch) {
    return load({.mode = mode, .batch = batch.size()}, batch);
  }
  Tensor forward(const StepWork& work);
  void enqueue_step(const StepWork& work);
  OpSlot& recording(const StepKey& key);

  Network& network_;
  Backend& backend_;
  std::unique_ptr<Loss> loss_;
  ClassWeights class_weights_;
  Updater updater_;
  double learning_rate_;
  uint64_t steps_ = 0;
  DType sample_type_ = DType::u8;
  MetricSums training_;
  MetricSums validation_;
  Buffer normalization_;  // scales, then offsets
  Tensor scale_;
  Tensor offset_;
  std::unique_ptr<UploadBuffer> images_;
  std::unique_ptr<UploadBuffer> labels_;
  Buffer predictions_;
  std::map<StepKey, OpSlot> recordings_;  // of run_step, for tensors that have not moved
  uint64_t recorded_arena_ = 0;
};

}  // namespace convlab
