#include "nn/activations.h"

#include "nn/single_input.h"

namespace convlab {

template <class Visitor>
void LeakyReluOptions::visit(Visitor& visitor) {
  visitor.number("slope", slope, 0, 1);
}
template void LeakyReluOptions::visit(OptionReader&);

template <class Visitor>
void EluOptions::visit(Visitor& visitor) {
  visitor.number("alpha", alpha, 0, 100);
}
template void EluOptions::visit(OptionReader&);

template <class Visitor>
void RescaleOptions::visit(Visitor& visitor) {
  visitor.number("scale", scale, -1e6, 1e6);
  visitor.number("offset", offset, -1e6, 1e6);
}
template void RescaleOptions::visit(OptionReader&);

Shape UnaryLayer::output_shape(std::span<const Shape> inputs) const {
  return single_input(kind(), inputs);
}

BackwardNeeds UnaryLayer::backward_needs() const {
  const bool input = grad_from_input(desc_.op);
  return {.inputs = input, .output = !input};
}

void UnaryLayer::forward(const Pass& pass, std::span<const Tensor> inputs,
                         const Tensor& output) const {
  pass.backend.unary(desc_, inputs[0], output);
}

void UnaryLayer::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                          const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  if (!grad_inputs[0]) return;
  const Tensor& from = grad_from_input(desc_.op) ? inputs[0] : output;
  pass.backend.unary_grad(desc_, from, grad_output, grad_inputs[0]);
}

LeakyRelu::LeakyRelu(const LeakyReluOptions& options)
    : UnaryLayer({UnaryOp::leaky_relu, static_cast<float>(options.slope)}),
      options_(checked_options("leaky_relu", options)) {}

Elu::Elu(const EluOptions& options)
    : UnaryLayer({UnaryOp::elu, static_cast<float>(options.alpha)}),
      options_(checked_options("elu", options)) {}

Rescale::Rescale(const RescaleOptions& options)
    : UnaryLayer(
          {UnaryOp::affine, static_cast<float>(options.scale), static_cast<float>(options.offset)}),
      options_(checked_options("rescale", options)) {}

}  // namespace convlab
