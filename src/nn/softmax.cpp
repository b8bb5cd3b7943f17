#include "nn/softmax.h"

#include "nn/single_input.h"

namespace convlab {

Shape Softmax::output_shape(std::span<const Shape> inputs) const {
  return single_input(kind(), inputs);
}

void Softmax::forward(const Pass& pass, std::span<const Tensor> inputs,
                      const Tensor& output) const {
  pass.backend.softmax(inputs[0], output);
}

void Softmax::backward(const Pass& pass, std::span<const Tensor>, const Tensor& output,
                       const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  if (grad_inputs[0]) pass.backend.softmax_grad(output, grad_output, grad_inputs[0]);
}

}  // namespace convlab
