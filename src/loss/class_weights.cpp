#include "loss/class_weights.h"

#include <algorithm>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

ClassWeights::ClassWeights(std::string_view owner, std::vector<double> weights)
    : owner_(owner), weights_(std::move(weights)) {}

void ClassWeights::upload(Backend& backend, int64_t outputs) {
  if (weights_.empty()) return;
  const int64_t classes = std::max<int64_t>(outputs, 2);
  if (static_cast<int64_t>(weights_.size()) != classes) {
    fail("[", owner_, "] option class_weights has ", counted(weights_.size(), "number"),
         ", but there are ", counted(classes, "class"));
  }
  const std::vector<float> values(weights_.begin(), weights_.end());
  buffer_ = backend.allocate(values.size() * sizeof(float));
  tensor_ = {{classes}, DType::f32, buffer_.memory()};
  backend.upload(values.data(), tensor_);
}

const Tensor& ClassWeights::tensor() const {
  if (!weights_.empty() && !tensor_) fail("[", owner_, "] run was called before prepare");
  return tensor_;
}

}  // namespace convlab
