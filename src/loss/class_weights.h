#pragma once

#include <string_view>
#include <vector>

#include "backend/backend.h"

namespace convlab {

/// How much samples of each class count: Keras' class_weight of fit. A sample's loss is multiplied
/// by its class's weight and the mean is still over the batch size; PyTorch's
/// CrossEntropyLoss(weight) divides by the sum of the batch's weights instead.
class ClassWeights {
 public:
  static constexpr double max = 1e6;

  /// Empty: all classes count 1. `owner` names the loss in errors.
  ClassWeights(std::string_view owner, std::vector<double> weights);

  /// Throws Error unless there is one weight for each of `outputs` classes (for a single output:
  /// two) or none at all.
  void upload(Backend& backend, int64_t outputs);
  /// f32 [classes] on the device; null when empty. Throws Error before upload.
  const Tensor& tensor() const;

 private:
  std::string_view owner_;
  std::vector<double> weights_;
  Buffer buffer_;
  Tensor tensor_;
};

}  // namespace convlab
