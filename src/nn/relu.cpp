#include "nn/relu.h"

#include "nn/single_input.h"

namespace convlab {

Shape Relu::output_shape(std::span<const Shape> inputs) const {
  return single_input(kind(), inputs);
}

void Relu::forward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output) const {
  pass.backend.unary(UnaryOp::relu, inputs[0], output);
}

void Relu::backward(const Pass& pass, std::span<const Tensor>, const Tensor& output,
                    const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  if (grad_inputs[0]) pass.backend.unary_grad(UnaryOp::relu, output, grad_output, grad_inputs[0]);
}

}  // namespace convlab
