#include "nn/conv_transpose2d.h"

#include <algorithm>

#include "core/bounded.h"
#include "nn/initializer_choices.h"
#include "nn/single_input.h"

namespace convlab {

namespace {

constexpr auto transposed_paddings =
    std::to_array<Choice<Padding>>({{Padding::valid, "valid"}, {Padding::same, "same"}});
constexpr std::string_view transposed_padding_help =
    "valid: no padding, windows stay inside the output; same: zero padding, so that the output "
    "size is the input size times the stride";

}  // namespace

template <class Visitor>
void ConvTranspose2dOptions::visit(Visitor& visitor) {
  visitor.integer("filters", filters, 1, 65536, "number of output channels");
  visitor.integer("kernel", kernel, 1, 255, "height and width of the window in pixels");
  visitor.integer("stride", stride, 1, 255, "factor by which height and width increase");
  visitor.choice("padding", padding, transposed_paddings, transposed_padding_help);
  visitor.flag("bias", bias, "adds a trainable bias to each channel");
  visit_initializer(visitor, *this);
}
template void ConvTranspose2dOptions::visit(OptionReader&);
template void ConvTranspose2dOptions::visit(OptionLister&);

constinit const LayerInfo ConvTranspose2d::info{
    .summary = "transposed convolution: enlarges an image",
    .shapes =
        "(height, width, channels) → (height · stride, width · stride, filters); with padding "
        "valid, max(kernel - stride, 0) more rows and columns. Parameters kernel (channels, "
        "kernel, kernel, filters) and bias (filters).",
    .source = "Zeiler et al. 2010",
    .keras = "Conv2DTranspose, which has no default for kernel",
    .pytorch =
        "ConvTranspose2d, whose output has kernel - stride more rows and columns, even if that is "
        "negative; it initialises weights and bias uniformly within ±1/√fan_in and takes padding "
        "as a number of pixels",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv_transpose2d", "options": {"filters": 8, "stride": 2}}
]})"};

ConvTranspose2d::ConvTranspose2d(const ConvTranspose2dOptions& options)
    : options_(checked_options("conv_transpose2d", options)) {}

Options ConvTranspose2d::options() const { return write_options(options_); }

Conv2dDesc ConvTranspose2d::descriptor(const Shape& output) const {
  const auto& o = options_;
  const SlidingWindow window{
      .size = {o.kernel, o.kernel}, .stride = {o.stride, o.stride}, .padding = o.padding};
  return {.kernel = window.size,
          .stride = window.stride,
          .dilation = window.dilation,
          .padding = slide_window(kind(), output, window).padding};
}

Shape ConvTranspose2d::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_image(kind(), inputs);
  const auto& o = options_;
  const int64_t more = o.padding == Padding::same ? 0 : std::max<int64_t>(o.kernel - o.stride, 0);
  return {input[0] * o.stride + more, input[1] * o.stride + more, o.filters};
}

// Keras computes the fans from the shape of its kernel, (kernel, kernel, filters, channels).
std::vector<ParameterSpec> ConvTranspose2d::parameters(std::span<const Shape> inputs) const {
  const auto& o = options_;
  const int64_t channels = inputs[0][2];
  std::vector<ParameterSpec> specs{{.name = "kernel",
                                    .shape = {channels, o.kernel, o.kernel, o.filters},
                                    .initializer = o.initializer,
                                    .fan_in = o.kernel * o.kernel * o.filters,
                                    .fan_out = o.kernel * o.kernel * channels,
                                    .constant = o.initializer_value}};
  if (o.bias) specs.push_back({.name = "bias", .shape = {o.filters}, .role = ParameterRole::bias});
  return specs;
}

uint64_t ConvTranspose2d::workspace_bytes(const Backend& backend, int64_t batch,
                                          std::span<const Shape> inputs, bool /*constant*/) const {
  const Shape output = output_shape(inputs);
  return backend.conv2d_workspace(descriptor(output), output.with_batch(batch),
                                  inputs[0].with_batch(batch));
}

PackedBytes ConvTranspose2d::packed_bytes(const Backend& backend,
                                          std::span<const Shape> inputs) const {
  const Shape output = output_shape(inputs);
  const Conv2dDesc desc = descriptor(output);
  const Shape x = output.with_batch(1);
  const Shape y = inputs[0].with_batch(1);
  return {.forward = backend.packed_bytes(KernelUse::conv2d_grad_input, desc, x, y),
          .grad_inputs = backend.packed_bytes(KernelUse::conv2d, desc, x, y)};
}

int64_t ConvTranspose2d::flops(std::span<const Shape> inputs) const {
  return bounded_product(
      {2, inputs[0].elements(), options_.kernel * options_.kernel, options_.filters}, max_flops);
}

void ConvTranspose2d::forward(const Pass& pass, std::span<const Tensor> inputs,
                              const Tensor& output) const {
  const Conv2dDesc desc = descriptor(output.shape.sample_shape());
  pass.backend.conv2d_grad_input(pass.op(0), desc, inputs[0], pass.parameters[0], output);
  if (const Parameter* bias = pass.parameter_or_null(1))
    pass.backend.add_row(output, bias->value, output);
}

void ConvTranspose2d::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor&,
                               const Tensor& grad_output,
                               std::span<const Tensor> grad_inputs) const {
  const Conv2dDesc desc = descriptor(grad_output.shape.sample_shape());
  if (!pass.frozen) {
    pass.backend.conv2d_grad_kernel(pass.op(1), desc, grad_output, inputs[0],
                                    pass.parameters[0].grad, {});
    if (options_.bias) pass.backend.sum_rows(grad_output, pass.parameters[1].grad);
  }
  if (grad_inputs[0]) {
    pass.backend.conv2d(pass.op(2), desc, grad_output, pass.parameters[0], nullptr, grad_inputs[0]);
  }
}

}  // namespace convlab
