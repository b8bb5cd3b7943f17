#include "nn/global_pool2d.h"

#include "nn/single_input.h"

namespace convlab {

namespace {

/// One window that is the whole image.
Pool2dDesc whole(const Tensor& image) {
  const Extent2d extent{image.shape[1], image.shape[2]};
  return {.window = extent, .stride = extent, .padding = {}};
}

/// [batch, channels] as [batch, 1, 1, channels].
Tensor as_pixel(const Tensor& x) { return x.reshaped({x.shape[0], 1, 1, x.shape[1]}); }

}  // namespace

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
