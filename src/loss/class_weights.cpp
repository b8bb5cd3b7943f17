#include "loss/class_weights.h"

#include <algorithm>
#include <vector>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

namespace {

int64_t class_count(int64_t outputs) { return std::max<int64_t>(outputs, 2); }

}  // namespace

void ClassWeights::check(std::span<const double> weights, int64_t outputs) {
  if (weights.empty()) return;
  const int64_t classes = class_count(outputs);
  if (static_cast<int64_t>(weights.size()) != classes) {
    fail("[class weights] there are {}, but {}; expected one for each",
         counted(static_cast<int64_t>(weights.size()), "weight"), counted(classes, "class"));
  }
  for (const double weight : weights) {
    if (!(weight >= 0 && weight <= max))
      fail("[class weights] a weight is {} but must lie in 0 to {}", weight, max);
  }
}

ClassWeights::ClassWeights(Backend& backend, std::span<const double> weights, int64_t outputs) {
  check(weights, outputs);
  if (weights.empty()) return;
  const std::vector<float> values(weights.begin(), weights.end());
  buffer_ = backend.allocate(values.size() * sizeof(float));
  tensor_ = {{class_count(outputs)}, DType::f32, buffer_.memory()};
  backend.upload(values.data(), tensor_);
}

}  // namespace convlab
