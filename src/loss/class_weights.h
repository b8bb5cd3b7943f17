#pragma once

#include <cstdint>
#include <span>

#include "backend/backend.h"

namespace convlab {

/// Class weights on a device, as the class_weight argument of Keras' fit: in training, the loss of
/// a sample is multiplied by the weight of its class, and the mean still divides by the batch size.
/// PyTorch's CrossEntropyLoss(weight) divides by the sum of the batch's weights instead. Each of
/// two mixed labels has the weight of its own class (LossTargets).
class ClassWeights {
 public:
  static constexpr double max = 1e6;

  /// All classes have weight 1.
  ClassWeights() = default;
  /// Uploads the weights of the classes of `outputs` outputs (two for a single output); if
  /// `weights` is empty, all are 1. Throws Error like `check`.
  ClassWeights(Backend& backend, std::span<const double> weights, int64_t outputs);

  /// Throws Error unless `weights` is empty or has one number from 0 to `max` for each class.
  static void check(std::span<const double> weights, int64_t outputs);

  /// The weights, f32 [classes]; null if all are 1.
  const Tensor& tensor() const { return tensor_; }

 private:
  Buffer buffer_;
  Tensor tensor_;
};

}  // namespace convlab
