#pragma once

#include "nn/layer.h"

namespace convlab {

/// Activation backward: multiplies `grad_output` in place by the derivative of the activation that
/// was fused into the layer, or into the layer before a pooling (Pass::activation), if there is
/// one.
inline void activation_backward(const Pass& pass, const Tensor& output, const Tensor& grad_output) {
  if (pass.activation == Activation::none) return;
  const UnaryOp op = pass.activation == Activation::relu ? UnaryOp::relu : UnaryOp::relu6;
  pass.backend.unary_grad({op}, output, grad_output, grad_output);
}

}  // namespace convlab
