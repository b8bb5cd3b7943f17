#include "nn/softmax.h"

#include "nn/single_input.h"

namespace convlab {

constinit const LayerInfo Softmax::info{
    .summary = "exp(x) / Σ exp(x): probabilities that sum to one",
    .shapes =
        "any shape → the same shape, computed over the last dimension. The loss "
        "softmax_cross_entropy expects logits, without this layer.",
    .source = "Bridle 1990",
    .keras = "Softmax",
    .pytorch = "Softmax, which requires the dimension",
    .example = R"({"input": [28, 28, 1], "layers": [
  {"kind": "flatten"},
  {"kind": "dense", "options": {"units": 10}},
  {"kind": "softmax"}
]})"};

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
