#pragma once

#include "nn/layer.h"

namespace convlab {

/// Turns the gradient of a layer's output into that of its product, in place, where an activation
/// was folded into the layer, or into the one before a pooling (Pass::activation).
inline void activation_backward(const Pass& pass, const Tensor& output, const Tensor& grad_output) {
  if (pass.activation == Activation::none) return;
  const UnaryOp op = pass.activation == Activation::relu ? UnaryOp::relu : UnaryOp::relu6;
  pass.backend.unary_grad({op}, output, grad_output, grad_output);
}

}  // namespace convlab
