#include "nn/activations.h"

#include "nn/single_input.h"

namespace convlab {

template <class Visitor>
void LeakyReluOptions::visit(Visitor& visitor) {
  visitor.number("slope", slope, 0, 1, "factor for negative x");
}
template void LeakyReluOptions::visit(OptionReader&);
template void LeakyReluOptions::visit(OptionLister&);

template <class Visitor>
void EluOptions::visit(Visitor& visitor) {
  visitor.number("alpha", alpha, 0, 100, "scale for negative x; the output is above -alpha");
}
template void EluOptions::visit(OptionReader&);
template void EluOptions::visit(OptionLister&);

template <class Visitor>
void RescaleOptions::visit(Visitor& visitor) {
  visitor.number("scale", scale, -1e6, 1e6, "factor that x is multiplied by");
  visitor.number("offset", offset, -1e6, 1e6, "value added after the multiplication");
}
template void RescaleOptions::visit(OptionReader&);
template void RescaleOptions::visit(OptionLister&);

constinit const LayerInfo Elu::info{.summary = "x for x > 0, else alpha · (exp(x) - 1)",
                                    .shapes = "any shape → the same shape",
                                    .source = "Clevert et al. 2016",
                                    .keras = "ELU",
                                    .pytorch = "ELU: the same",
                                    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 8}},
  {"kind": "elu", "options": {"alpha": 1.0}}
]})"};

constinit const LayerInfo Gelu::info{.summary = "x · Φ(x), Φ: normal distribution function",
                                     .shapes = "any shape → the same shape",
                                     .source = "Hendrycks and Gimpel 2016, without approximation",
                                     .keras = "activation gelu",
                                     .pytorch = "GELU: the same",
                                     .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 8}},
  {"kind": "gelu"}
]})"};

constinit const LayerInfo HardSwish::info{.summary = "x · relu6(x + 3) / 6: silu without exp",
                                          .shapes = "any shape → the same shape",
                                          .source = "Howard et al. 2019, MobileNetV3",
                                          .keras = "activation hard_silu",
                                          .pytorch = "Hardswish: the same",
                                          .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 8}},
  {"kind": "hard_swish"}
]})"};

constinit const LayerInfo LeakyRelu::info{
    .summary = "x for x > 0, else slope · x",
    .shapes = "any shape → the same shape",
    .source = "Maas et al. 2013",
    .keras = "LeakyReLU, where slope is called negative_slope",
    .pytorch = "LeakyReLU, where slope is called negative_slope and defaults to 0.01",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 8}},
  {"kind": "leaky_relu", "options": {"slope": 0.1}}
]})"};

constinit const LayerInfo Relu::info{
    .summary = "max(x, 0)",
    .shapes =
        "any shape → the same shape. Takes almost no time directly after a layer that can compute "
        "it as well: conv2d, depthwise_conv2d, separable_conv2d, dense.",
    .source = "Nair and Hinton 2010",
    .keras = "ReLU",
    .pytorch = "ReLU: the same",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 8}},
  {"kind": "relu"}
]})"};

constinit const LayerInfo Relu6::info{
    .summary = "min(max(x, 0), 6)",
    .shapes = "any shape → the same shape",
    .source = "Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10",
    .keras = "activation relu6",
    .pytorch = "ReLU6: the same",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 8}},
  {"kind": "relu6"}
]})"};

constinit const LayerInfo Rescale::info{.summary = "scale · x + offset",
                                        .shapes = "any shape → the same shape",
                                        .keras = "Rescaling, which has no default for scale",
                                        .pytorch = "none",
                                        .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "rescale", "options": {"scale": 2.0, "offset": -1.0}},
  {"kind": "conv2d", "options": {"filters": 8}}
]})"};

constinit const LayerInfo Sigmoid::info{.summary = "1 / (1 + exp(-x))",
                                        .shapes = "any shape → the same shape",
                                        .keras = "activation sigmoid",
                                        .pytorch = "Sigmoid: the same",
                                        .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 8}},
  {"kind": "sigmoid"}
]})"};

constinit const LayerInfo Silu::info{.summary = "x · sigmoid(x), also called swish",
                                     .shapes = "any shape → the same shape",
                                     .source = "Elfwing et al. 2018",
                                     .keras = "activation silu",
                                     .pytorch = "SiLU: the same",
                                     .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 8}},
  {"kind": "silu"}
]})"};

constinit const LayerInfo Tanh::info{.summary = "hyperbolic tangent",
                                     .shapes = "any shape → the same shape",
                                     .keras = "activation tanh",
                                     .pytorch = "Tanh: the same",
                                     .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 8}},
  {"kind": "tanh"}
]})"};

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
