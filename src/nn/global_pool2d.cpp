#include "nn/global_pool2d.h"

#include "nn/single_input.h"

namespace convlab {

namespace {

/// A pooling window that covers the whole image.
Pool2dDesc whole(const Tensor& image) {
  const Size2d dim{image.shape[1], image.shape[2]};
  return {.window = dim, .stride = dim, .padding = {}};
}

/// Reshapes [batch, channels] to [batch, 1, 1, channels].
Tensor as_pixel(const Tensor& x) { return x.reshaped({x.shape[0], 1, 1, x.shape[1]}); }

}  // namespace

constinit const LayerInfo GlobalAvgPool2d::info{.summary = "mean of each channel",
                                                .shapes = "(height, width, channels) → (channels)",
                                                .source = "Lin et al. 2013, Network in network",
                                                .keras = "GlobalAveragePooling2D",
                                                .pytorch = "AdaptiveAvgPool2d(1) and Flatten",
                                                .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 16}},
  {"kind": "global_avg_pool2d"},
  {"kind": "dense", "options": {"units": 10}}
]})"};

constinit const LayerInfo GlobalMaxPool2d::info{.summary = "maximum of each channel",
                                                .shapes = "(height, width, channels) → (channels)",
                                                .keras = "GlobalMaxPooling2D",
                                                .pytorch = "AdaptiveMaxPool2d(1) and Flatten",
                                                .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 16}},
  {"kind": "global_max_pool2d"},
  {"kind": "dense", "options": {"units": 10}}
]})"};

Shape GlobalAvgPool2d::output_shape(std::span<const Shape> inputs) const {
  return {single_image(kind(), inputs)[2]};
}

void GlobalAvgPool2d::forward(const Pass& pass, std::span<const Tensor> inputs,
                              const Tensor& output) const {
  pass.backend.avg_pool2d(whole(inputs[0]), inputs[0], as_pixel(output));
}

void GlobalAvgPool2d::backward(const Pass& pass, std::span<const Tensor>, const Tensor&,
                               const Tensor& grad_output,
                               std::span<const Tensor> grad_inputs) const {
  if (!grad_inputs[0]) return;
  pass.backend.avg_pool2d_grad(whole(grad_inputs[0]), as_pixel(grad_output), grad_inputs[0]);
}

Shape GlobalMaxPool2d::output_shape(std::span<const Shape> inputs) const {
  return {single_image(kind(), inputs)[2]};
}

void GlobalMaxPool2d::forward(const Pass& pass, std::span<const Tensor> inputs,
                              const Tensor& output) const {
  pass.backend.max_pool2d(pass.op(0), whole(inputs[0]), inputs[0], as_pixel(output));
}

void GlobalMaxPool2d::backward(const Pass& pass, std::span<const Tensor> inputs,
                               const Tensor& output, const Tensor& grad_output,
                               std::span<const Tensor> grad_inputs) const {
  if (!grad_inputs[0]) return;
  pass.backend.max_pool2d_grad(whole(inputs[0]), inputs[0], as_pixel(output), as_pixel(grad_output),
                               grad_inputs[0]);
}

}  // namespace convlab
