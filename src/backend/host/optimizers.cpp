#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "backend/host/host_backend.h"

namespace convlab {

namespace {

std::span<float> elements_of(const Tensor& x) {
  return {x.data(), static_cast<size_t>(x.elements())};
}

}  // namespace

void HostBackend::sgd_update(const SgdDesc& desc, const Tensor& values, const Tensor& grads,
                             const Tensor& momenta) {
  const float rate = desc.learning_rate_factor * step_.learning_rate;
  for (int64_t i = 0; i < values.elements(); ++i) {
    const float grad = grads.data()[i];
    float change = -rate * grad;
    if (momenta) {
      float& momentum = momenta.data()[i];
      momentum = desc.momentum * momentum - rate * grad;
      change = desc.nesterov ? desc.momentum * momentum - rate * grad : momentum;
    }
    float& value = values.data()[i];
    value -= rate * desc.weight_decay * value;
    value += change;
  }
}

void HostBackend::adam_update(const AdamDesc& desc, const Tensor& values, const Tensor& grads,
                              const Tensor& means, const Tensor& variances) {
  const auto update = static_cast<double>(step_.update);
  const float rate = desc.learning_rate_factor * step_.learning_rate;
  const auto corrected_rate =
      static_cast<float>(double{rate} * std::sqrt(1 - std::pow(double{desc.beta2}, update)) /
                         (1 - std::pow(double{desc.beta1}, update)));
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

void HostBackend::rmsprop_update(const RmspropDesc& desc, const Tensor& values, const Tensor& grads,
                                 const Tensor& squares, const Tensor& momenta,
                                 const Tensor& means) {
  const float rate = desc.learning_rate_factor * step_.learning_rate;
  for (int64_t i = 0; i < values.elements(); ++i) {
    const float grad = grads.data()[i];
    float& square = squares.data()[i];
    square += (1 - desc.rho) * (grad * grad - square);
    float variance = square;
    if (means) {
      float& mean = means.data()[i];
      mean += (1 - desc.rho) * (grad - mean);
      variance = std::max(square - mean * mean, 0.0F);
    }
    float change = rate * grad / std::sqrt(variance + desc.epsilon);
    if (momenta) {
      float& momentum = momenta.data()[i];
      momentum = desc.momentum * momentum + change;
      change = momentum;
    }
    float& value = values.data()[i];
    value -= rate * desc.weight_decay * value;
    value -= change;
  }
}

void HostBackend::adagrad_update(const AdagradDesc& desc, const Tensor& values, const Tensor& grads,
                                 const Tensor& squares) {
  const float rate = desc.learning_rate_factor * step_.learning_rate;
  for (int64_t i = 0; i < values.elements(); ++i) {
    const float grad = grads.data()[i];
    float& value = values.data()[i];
    float& square = squares.data()[i];
    square += grad * grad;
    value -= rate * desc.weight_decay * value;
    value -= rate * grad / std::sqrt(square + desc.epsilon);
  }
}

void HostBackend::lerp(const Tensor& x, StepWeight which, const Tensor& y) {
  const float weight = step_.weight(which);
  if (weight == 1) return copy(x, y);
  const auto from = elements_of(x);
  const auto to = elements_of(y);
  for (size_t i = 0; i < to.size(); ++i) to[i] += weight * (from[i] - to[i]);
}

void HostBackend::swap(const Tensor& x, const Tensor& y) {
  const auto first = elements_of(x);
  std::swap_ranges(first.begin(), first.end(), elements_of(y).begin());
}

void HostBackend::clip_value(const Tensor& x, float limit) {
  for (float& value : elements_of(x)) value = std::clamp(value, -limit, limit);
}

void HostBackend::clip_norm(const Tensor& x, float limit, const Tensor& norm) {
  const auto values = elements_of(x);
  const double squares =
      std::accumulate(values.begin(), values.end(), 0.0,
                      [](double sum, float value) { return sum + double{value} * double{value}; });
  const double length = std::sqrt(squares);
  norm.data()[0] = static_cast<float>(length);
  if (length <= limit) return;
  const auto scale = static_cast<float>(limit / length + (length - length));
  for (float& value : values) value *= scale;
}

}  // namespace convlab
