#pragma once

#include <string_view>
#include <vector>

#include "backend/backend.h"

namespace convlab {

/// Class weights, as the class_weight argument of Keras' fit. The loss of a sample is multiplied by
/// the weight of its class, and the mean still divides by the batch size. PyTorch's
/// CrossEntropyLoss(weight) divides by the sum of the batch's weights instead.
class ClassWeights {
 public:
  static constexpr double max = 1e6;

  /// If `weights` is empty, all classes have weight 1. `owner` is the loss's name in error
  /// messages.
  ClassWeights(std::string_view owner, std::vector<double> weights);

  /// Uploads the weights. Throws Error unless `weights` is empty or has one weight for each of
  /// `outputs` classes (two for a single output).
  void upload(Backend& backend, int64_t outputs);
  /// The weights on the device, f32 [classes]; null if empty. Throws Error before upload.
  const Tensor& tensor() const;

 private:
  std::string_view owner_;
  std::vector<double> weights_;
  Buffer buffer_;
  Tensor tensor_;
};

}  // namespace convlab
