#include <xnnpack/config.h>

#include <algorithm>
#include <array>

#include "backend/xnnpack/kernels.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/xnnpack_backend.h"

// Elementwise functions. Those with an exponential use XNNPACK's kernels, in blocks that fit the
// cache. These kernels turn NaN into numbers, so NaN is restored afterwards.

namespace convlab {

namespace {

constexpr int64_t block = 256;
using Block = std::array<float, block>;

void run(const xnn_unary_elementwise_config& config, const float* x, int64_t count, float* y) {
  config.ukernel(static_cast<size_t>(count) * sizeof(float), x, y, nullptr);
}

// Clips the input first, because XNNPACK's kernel returns NaN for large values such as 1e30.
void sigmoid(const float* x, int64_t count, float* y) {
  constexpr float saturated = 200;
  std::copy_n(x, count, y);
  kernels::clip_value(saturated, count, y);
  run(*xnn_init_f32_sigmoid_config(), y, count, y);
}

void gelu(const float* x, int64_t count, float* y) {
  run(*xnn_init_f32_gelu_config(), x, count, y);
}

void elu(const float* x, float alpha, int64_t count, float* y) {
  const xnn_unary_elementwise_config& config = *xnn_init_f32_elu_config();
  xnn_unary_uparams params;
  xnn_unary_params settings;
  settings.elu.alpha = alpha;
  config.init(&params, &settings, nullptr, nullptr);
  config.ukernel(static_cast<size_t>(count) * sizeof(float), x, y, &params);
}

void function(const UnaryDesc& desc, const float* x, int64_t count, float* y) {
  Block values;
  switch (desc.op) {
    case UnaryOp::relu:
      return kernels::relu(x, count, y);
    case UnaryOp::relu6:
      return kernels::relu6(x, count, y);
    case UnaryOp::leaky_relu:
      return kernels::leaky_relu(x, desc.alpha, count, y);
    case UnaryOp::hard_swish:
      return kernels::hard_swish(x, count, y);
    case UnaryOp::affine:
      return kernels::affine(x, desc.alpha, desc.beta, count, y);
    case UnaryOp::silu:
      sigmoid(x, count, values.data());
      return kernels::multiply(x, values.data(), count, y);
    case UnaryOp::elu:
      elu(x, desc.alpha, count, values.data());
      break;
    case UnaryOp::gelu:
      gelu(x, count, values.data());
      break;
    case UnaryOp::sigmoid:
      sigmoid(x, count, values.data());
      break;
    case UnaryOp::tanh:
      run(*xnn_init_f32_tanh_config(), x, count, values.data());
      break;
  }
  kernels::keep_nan(x, values.data(), count, y);
}

// `v` is x if grad_from_input(op), otherwise y.
void gradient(const UnaryDesc& desc, const float* v, const float* dy, int64_t count, float* dx) {
  Block values;
  Block squares;
  Block sigmoids;
  switch (desc.op) {
    case UnaryOp::relu:
      return kernels::relu_grad(v, dy, count, dx);
    case UnaryOp::relu6:
      return kernels::relu6_grad(v, dy, count, dx);
    case UnaryOp::leaky_relu:
      return kernels::leaky_relu_grad(v, desc.alpha, dy, count, dx);
    case UnaryOp::elu:
      return kernels::elu_grad(v, desc.alpha, dy, count, dx);
    case UnaryOp::hard_swish:
      return kernels::hard_swish_grad(v, dy, count, dx);
    case UnaryOp::sigmoid:
      return kernels::sigmoid_grad(v, dy, count, dx);
    case UnaryOp::tanh:
      return kernels::tanh_grad(v, dy, count, dx);
    case UnaryOp::affine:
      return kernels::affine(dy, desc.alpha, 0, count, dx);
    case UnaryOp::silu:
      sigmoid(v, count, values.data());
      return kernels::silu_grad(v, values.data(), dy, count, dx);
    case UnaryOp::gelu:
      gelu(v, count, values.data());
      kernels::half_square(v, count, squares.data());
      sigmoid(squares.data(), count, sigmoids.data());
      return kernels::gelu_grad(v, values.data(), sigmoids.data(), dy, count, dx);
  }
}

}  // namespace

void XnnpackBackend::unary(const UnaryDesc& desc, const Tensor& x, const Tensor& y) {
  threads_->split(x.elements(), parallel_grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += block)
      function(desc, x.data() + i, std::min(block, end - i), y.data() + i);
  });
}

void XnnpackBackend::unary_grad(const UnaryDesc& desc, const Tensor& x_or_y, const Tensor& dy,
                                const Tensor& dx) {
  threads_->split(dy.elements(), parallel_grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += block)
      gradient(desc, x_or_y.data() + i, dy.data() + i, std::min(block, end - i), dx.data() + i);
  });
}

}  // namespace convlab
