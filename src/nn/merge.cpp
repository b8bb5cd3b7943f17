#include "nn/merge.h"

#include <algorithm>

#include "core/error.h"

namespace convlab {

namespace {

void want_inputs(std::string_view kind, std::span<const Shape> inputs) {
  if (inputs.size() < 2) fail("[{}] expects two or more inputs, got {}", kind, inputs.size());
}

int64_t channels_of(const Shape& shape) { return shape[shape.rank() - 1]; }

bool is_gate(const Shape& image, const Shape& gate) {
  return image.rank() == 3 && gate.rank() == 3 && gate[0] == 1 && gate[1] == 1 &&
         gate[2] == image[2];
}

bool equal_but_for_channels(const Shape& a, const Shape& b) {
  return a.rank() == b.rank() && std::equal(a.begin(), a.end() - 1, b.begin());
}

}  // namespace

constinit const LayerInfo Add::info{
    .summary = "sum of its inputs, for example a residual connection",
    .shapes = "two or more inputs of the same shape → that shape",
    .source = "He et al. 2016, Deep residual learning",
    .keras = "Add",
    .pytorch = "the operator +",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 3, "padding": "same"}},
  {"kind": "add", "inputs": ["input", "conv2d_1"]}
]})"};

constinit const LayerInfo Concat::info{
    .summary = "concatenates its inputs along the channels",
    .shapes =
        "two or more inputs with equal dimensions except the last → the same shape with the sum of "
        "their channels",
    .source = "Szegedy et al. 2015, Going deeper with convolutions",
    .keras = "Concatenate",
    .pytorch = "cat with dim=1, as channels are dimension 1 in PyTorch",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 8, "padding": "same"}},
  {"kind": "concat", "inputs": ["input", "conv2d_1"]}
]})"};

constinit const LayerInfo Multiply::info{
    .summary = "elementwise product of two inputs, for example a gate",
    .shapes =
        "two inputs of the same shape → that shape; the second may be (1, 1, channels), one factor "
        "per channel",
    .source = "Hu et al. 2018, Squeeze-and-excitation",
    .keras = "Multiply",
    .pytorch = "the operator *",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 3, "padding": "same"}},
  {"kind": "sigmoid", "name": "gate"},
  {"kind": "multiply", "inputs": ["input", "gate"]}
]})"};

Shape Add::output_shape(std::span<const Shape> inputs) const {
  want_inputs(kind(), inputs);
  for (const Shape& input : inputs.subspan(1)) {
    if (input != inputs[0])
      fail("[add] expects inputs of the same shape, got {} and {}", inputs[0], input);
  }
  return inputs[0];
}

void Add::forward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output) const {
  pass.backend.binary(BinaryOp::add, inputs[0], inputs[1], output);
  for (const Tensor& input : inputs.subspan(2))
    pass.backend.binary(BinaryOp::add, output, input, output);
}

void Add::backward(const Pass& pass, std::span<const Tensor>, const Tensor&,
                   const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  for (const Tensor& grad_input : grad_inputs) {
    if (grad_input) pass.backend.copy(grad_output, grad_input);
  }
}

Shape Multiply::output_shape(std::span<const Shape> inputs) const {
  if (inputs.size() != 2) fail("[multiply] expects two inputs, got {}", inputs.size());
  if (inputs[0] != inputs[1] && !is_gate(inputs[0], inputs[1])) {
    fail(
        "[multiply] expects two inputs of the same shape, or a second input of (1, 1, channels), "
        "got {} and {}",
        inputs[0], inputs[1]);
  }
  return inputs[0];
}

void Multiply::forward(const Pass& pass, std::span<const Tensor> inputs,
                       const Tensor& output) const {
  if (inputs[0].shape == inputs[1].shape) {
    pass.backend.binary(BinaryOp::multiply, inputs[0], inputs[1], output);
  } else {
    pass.backend.scale_channels(inputs[0], inputs[1], output);
  }
}

void Multiply::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor&,
                        const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  const bool same = inputs[0].shape == inputs[1].shape;
  if (grad_inputs[0] && same)
    pass.backend.binary(BinaryOp::multiply, grad_output, inputs[1], grad_inputs[0]);
  if (grad_inputs[0] && !same) pass.backend.scale_channels(grad_output, inputs[1], grad_inputs[0]);
  if (grad_inputs[1] && same)
    pass.backend.binary(BinaryOp::multiply, grad_output, inputs[0], grad_inputs[1]);
  if (grad_inputs[1] && !same)
    pass.backend.scale_channels_grad(inputs[0], grad_output, grad_inputs[1]);
}

Shape Concat::output_shape(std::span<const Shape> inputs) const {
  want_inputs(kind(), inputs);
  Shape output;
  int64_t channels = 0;
  for (const Shape& input : inputs) {
    if (!equal_but_for_channels(inputs[0], input)) {
      fail("[concat] expects inputs that differ only in channels, got {} and {}", inputs[0], input);
    }
    channels += channels_of(input);
  }
  for (const int64_t* dim = inputs[0].begin(); dim != inputs[0].end() - 1; ++dim)
    output.append(*dim);
  output.append(channels);
  return output;
}

void Concat::forward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output) const {
  int64_t first = 0;
  for (const Tensor& input : inputs) {
    const int64_t channels = channels_of(input.shape);
    pass.backend.copy_columns(input, 0, output, first, channels);
    first += channels;
  }
}

void Concat::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor&,
                      const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  int64_t first = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const int64_t channels = channels_of(inputs[i].shape);
    if (grad_inputs[i]) pass.backend.copy_columns(grad_output, first, grad_inputs[i], 0, channels);
    first += channels;
  }
}

}  // namespace convlab
