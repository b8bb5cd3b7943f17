#pragma once

#include "nn/layer.h"

namespace convlab {

/// Activation backward: multiplies `grad_output` in place by the derivative of the activation that
/// was fused into the layer, or into the layer before a pooling (Pass::activation), if there is
/// one.
inline void activation_backward(const Pass& pass, const Tensor& output, const Tensor& grad_output) {
  const auto apply = [&](UnaryOp op) {
    pass.backend.unary_grad({op}, output, grad_output, grad_output);
  };
  switch (pass.activation) {
    case Activation::none:
      return;
    case Activation::relu:
      return apply(UnaryOp::relu);
    case Activation::relu6:
      return apply(UnaryOp::relu6);
  }
}

}  // namespace convlab
