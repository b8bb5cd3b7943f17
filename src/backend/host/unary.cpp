#include <algorithm>
#include <cmath>
#include <numbers>

#include "backend/host/host_backend.h"

namespace convlab {

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double normal_distribution(double x) { return (1 + std::erf(x / std::numbers::sqrt2)) / 2; }
double normal_density(double x) {
  return std::exp(-x * x / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

// The argument order of min and max propagates NaN, so that a diverged network is noticed.
double value_of(const UnaryDesc& d, double x) {
  switch (d.op) {
    case UnaryOp::relu:
      return std::max(x, 0.0);
    case UnaryOp::relu6:
      return std::min(std::max(x, 0.0), 6.0);
    case UnaryOp::leaky_relu:
      return x > 0 ? x : d.alpha * x;
    case UnaryOp::elu:
      return x > 0 ? x : d.alpha * std::expm1(x);
    case UnaryOp::gelu:
      return x * normal_distribution(x);
    case UnaryOp::silu:
      return x * sigmoid(x);
    case UnaryOp::hard_swish:
      return x * std::min(std::max(x + 3, 0.0), 6.0) / 6;
    case UnaryOp::sigmoid:
      return sigmoid(x);
    case UnaryOp::tanh:
      return std::tanh(x);
    case UnaryOp::affine:
      return d.alpha * x + d.beta;
  }
  return 0;
}

// The derivative, at the input x if grad_from_input(op), otherwise expressed by the output y.
double slope_at(const UnaryDesc& d, double v) {
  switch (d.op) {
    case UnaryOp::relu:
      return v > 0 ? 1 : 0;
    case UnaryOp::relu6:
      return v > 0 && v < 6 ? 1 : 0;
    case UnaryOp::leaky_relu:
      return v > 0 ? 1 : d.alpha;
    case UnaryOp::elu:
      return v > 0 ? 1 : v + d.alpha;
    case UnaryOp::gelu:
      return normal_distribution(v) + v * normal_density(v);
    case UnaryOp::silu:
      return sigmoid(v) * (1 + v * (1 - sigmoid(v)));
    case UnaryOp::hard_swish:
      return v <= -3 ? 0 : v >= 3 ? 1 : (2 * v + 3) / 6;
    case UnaryOp::sigmoid:
      return v * (1 - v);
    case UnaryOp::tanh:
      return 1 - v * v;
    case UnaryOp::affine:
      return d.alpha;
  }
  return 0;
}

}  // namespace

void HostBackend::unary(const UnaryDesc& desc, const Tensor& x, const Tensor& y) {
  std::transform(x.data(), x.data() + x.elements(), y.data(),
                 [&](float value) { return static_cast<float>(value_of(desc, value)); });
}

void HostBackend::unary_grad(const UnaryDesc& desc, const Tensor& x_or_y, const Tensor& dy,
                             const Tensor& dx) {
  std::transform(x_or_y.data(), x_or_y.data() + x_or_y.elements(), dy.data(), dx.data(),
                 [&](float value, float grad) {
                   return static_cast<float>(slope_at(desc, value) * double{grad});
                 });
}

}  // namespace convlab
