#include "nn/separable_conv2d.h"

#include <algorithm>

#include "core/bounded.h"
#include "nn/fused_activation.h"
#include "nn/initializer_choices.h"
#include "nn/single_input.h"

namespace convlab {

namespace {

constexpr Conv2dDesc pointwise{.kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}};

/// Returns the pass with the memory after `middle` as its workspace.
Pass behind(const Pass& pass, const Tensor& middle) {
  Pass products = pass;
  products.workspace = static_cast<std::byte*>(pass.workspace) + align_up(middle.bytes());
  return products;
}

}  // namespace

template <class Visitor>
void SeparableConv2dOptions::visit(Visitor& visitor) {
  visitor.integer("filters", filters, 1, 65536, "number of output channels");
  visit_window(visitor, *this);
  visitor.integer("depth_multiplier", depth_multiplier, 1, 1024,
                  "filters of the depthwise convolution per channel");
  visitor.flag("bias", bias, "adds a trainable bias to each channel");
  visit_initializer(visitor, *this);
}
template void SeparableConv2dOptions::visit(OptionReader&);
template void SeparableConv2dOptions::visit(OptionLister&);

constinit const LayerInfo SeparableConv2d::info{
    .summary = "depthwise convolution followed by a 1×1 convolution",
    .shapes =
        "(height, width, channels) → (height', width', filters). Parameters depthwise_kernel "
        "(channels · depth_multiplier, kernel, kernel_width, 1), pointwise_kernel (filters, 1, 1, "
        "channels · depth_multiplier) and bias (filters).",
    .source = "Chollet 2017, Xception",
    .keras = "SeparableConv2D, which has no default for kernel",
    .pytorch =
        "none; use two Conv2d, which initialise weights and bias uniformly within ±1/√fan_in; "
        "their padding as a number of pixels is explicit here",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "separable_conv2d", "options": {"filters": 32, "padding": "same"}}
]})"};

SeparableConv2d::SeparableConv2d(const SeparableConv2dOptions& options)
    : options_(checked_options("separable_conv2d", options)),
      window_(window_of("separable_conv2d", options)) {}

Options SeparableConv2d::options() const { return write_options(options_); }

Conv2dDesc SeparableConv2d::depthwise(const Shape& input) const {
  return {.kernel = window_.size,
          .stride = window_.stride,
          .dilation = window_.dilation,
          .padding = slide_window(kind(), input, window_).padding,
          .groups = input[2]};
}

Shape SeparableConv2d::middle_shape(const Shape& input) const {
  const Size2d output = slide_window(kind(), input, window_).output;
  return {output.h, output.w, input[2] * options_.depth_multiplier};
}

Shape SeparableConv2d::output_shape(std::span<const Shape> inputs) const {
  const Shape middle = middle_shape(single_image(kind(), inputs));
  return {middle[0], middle[1], options_.filters};
}

std::vector<ParameterSpec> SeparableConv2d::parameters(std::span<const Shape> inputs) const {
  const auto& o = options_;
  const int64_t channels = inputs[0][2];
  const int64_t middle = channels * o.depth_multiplier;
  const int64_t window = window_.size.h * window_.size.w;
  std::vector<ParameterSpec> specs{{.name = "depthwise_kernel",
                                    .shape = {middle, window_.size.h, window_.size.w, 1},
                                    .initializer = o.initializer,
                                    .fan_in = window * channels,
                                    .fan_out = window * o.depth_multiplier,
                                    .constant = o.initializer_value},
                                   {.name = "pointwise_kernel",
                                    .shape = {o.filters, 1, 1, middle},
                                    .initializer = o.initializer,
                                    .fan_in = middle,
                                    .fan_out = o.filters,
                                    .constant = o.initializer_value}};
  if (o.bias) specs.push_back({.name = "bias", .shape = {o.filters}, .role = ParameterRole::bias});
  return specs;
}

std::vector<Shape> SeparableConv2d::saved_shapes(std::span<const Shape> inputs) const {
  return {middle_shape(inputs[0])};
}

uint64_t SeparableConv2d::product_workspace(const Backend& backend, int64_t batch,
                                            const Shape& input) const {
  const Shape middle = middle_shape(input).with_batch(batch);
  const Shape output = output_shape({&input, 1}).with_batch(batch);
  const uint64_t first =
      backend.conv2d_workspace(depthwise(input), input.with_batch(batch), middle);
  return align_up(std::max(first, backend.conv2d_workspace(pointwise, middle, output)));
}

// First the output of the depthwise convolution if nothing is saved, or its gradient, then the
// workspace of the convolutions.
uint64_t SeparableConv2d::workspace_bytes(const Backend& backend, int64_t batch,
                                          std::span<const Shape> inputs, bool /*constant*/) const {
  const auto middle =
      static_cast<uint64_t>(middle_shape(inputs[0]).with_batch(batch).elements()) * sizeof(float);
  return align_up(middle) + product_workspace(backend, batch, inputs[0]) + tensor_alignment;
}

Tensor SeparableConv2d::middle_in_workspace(const Pass& pass, const Tensor& input) const {
  const Shape middle = middle_shape(input.shape.sample_shape());
  return {middle.with_batch(input.shape[0]), DType::f32, pass.workspace};
}

PackedBytes SeparableConv2d::packed_bytes(const Backend& backend,
                                          std::span<const Shape> inputs) const {
  const Conv2dDesc first = depthwise(inputs[0]);
  const Shape x = inputs[0].with_batch(1);
  const Shape middle = middle_shape(inputs[0]).with_batch(1);
  const Shape y = output_shape(inputs).with_batch(1);
  return {.forward = backend.packed_bytes(KernelUse::conv2d, first, x, middle) +
                     backend.packed_bytes(KernelUse::conv2d, pointwise, middle, y),
          .backward = backend.packed_bytes(KernelUse::conv2d_grad_input, pointwise, middle, y),
          .grad_inputs = backend.packed_bytes(KernelUse::conv2d_grad_input, first, x, middle)};
}

int64_t SeparableConv2d::flops(std::span<const Shape> inputs) const {
  const int64_t window = window_.size.h * window_.size.w;
  return bounded_product({2, middle_shape(inputs[0]).elements(), window + options_.filters},
                         max_flops);
}

void SeparableConv2d::forward(const Pass& pass, std::span<const Tensor> inputs,
                              const Tensor& output) const {
  const Shape input = inputs[0].shape.sample_shape();
  const Tensor in_workspace = middle_in_workspace(pass, inputs[0]);
  const Tensor middle = pass.saved.empty() ? in_workspace : pass.saved[0];
  const Pass products = behind(pass, in_workspace);
  pass.backend.conv2d(products.op(0), depthwise(input), inputs[0], pass.parameters[0], nullptr,
                      middle);
  Conv2dDesc last = pointwise;
  last.activation = pass.activation;
  pass.backend.conv2d(products.op(1), last, middle, pass.parameters[1], pass.parameter_or_null(2),
                      output);
}

void SeparableConv2d::backward(const Pass& pass, std::span<const Tensor> inputs,
                               const Tensor& output, const Tensor& grad_output,
                               std::span<const Tensor> grad_inputs) const {
  const Shape input = inputs[0].shape.sample_shape();
  const Tensor& middle = pass.saved[0];
  const Tensor grad_middle = middle_in_workspace(pass, inputs[0]);
  const Pass products = behind(pass, grad_middle);
  activation_backward(pass, output, grad_output);
  if (!pass.frozen) {
    pass.backend.conv2d_grad_kernel(products.op(2), pointwise, middle, grad_output,
                                    pass.parameters[1].grad,
                                    options_.bias ? pass.parameters[2].grad : Tensor{});
  }
  pass.backend.conv2d_grad_input(products.op(3), pointwise, grad_output, pass.parameters[1],
                                 grad_middle);
  if (!pass.frozen) {
    pass.backend.conv2d_grad_kernel(products.op(4), depthwise(input), inputs[0], grad_middle,
                                    pass.parameters[0].grad, {});
  }
  if (grad_inputs[0]) {
    pass.backend.conv2d_grad_input(products.op(5), depthwise(input), grad_middle,
                                   pass.parameters[0], grad_inputs[0]);
  }
}

}  // namespace convlab
