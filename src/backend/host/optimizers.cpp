#include <cmath>

#include "backend/host/host_backend.h"

namespace convlab {

void HostBackend::sgd_update(const SgdDesc& desc, const Tensor& values, const Tensor& grads,
                             const Tensor& momenta) {
  const float rate = step_.learning_rate;
  for (int64_t i = 0; i < values.elements(); ++i) {
    const float grad = grads.data()[i];
    float change = -rate * grad;
    if (momenta) {
      float& momentum = momenta.data()[i];
      momentum = desc.momentum * momentum - rate * grad;
      change = desc.nesterov ? desc.momentum * momentum - rate * grad : momentum;
    }
    values.data()[i] += change;
  }
}

void HostBackend::adam_update(const AdamDesc& desc, const Tensor& values, const Tensor& grads,
                              const Tensor& means, const Tensor& variances) {
  const auto step = static_cast<double>(step_.step);
  const float rate = step_.learning_rate;
  const auto corrected_rate =
      static_cast<float>(double{rate} * std::sqrt(1 - std::pow(double{desc.beta2}, step)) /
                         (1 - std::pow(double{desc.beta1}, step)));
  for (int64_t i = 0; i < values.elements(); ++i) {
    const float grad = grads.data()[i];
    float& value = values.data()[i];
    float& mean = means.data()[i];
    float& variance = variances.data()[i];
    value -= rate * desc.weight_decay * value;
    mean += (1 - desc.beta1) * (grad - mean);
    variance += (1 - desc.beta2) * (grad * grad - variance);
    value -= corrected_rate * mean / (std::sqrt(variance) + desc.epsilon);
  }
}

}  // namespace convlab
