#include "nn/conv2d.h"

#include "nn/fused_activation.h"
#include "nn/initializer_choices.h"
#include "nn/single_input.h"

namespace convlab {

template <class Visitor>
void Conv2dOptions::visit(Visitor& visitor) {
  visitor.integer("filters", filters, 1, 65536);
  visitor.integer("kernel", kernel, 1, 255);
  visitor.integer("stride", stride, 1, 255);
  visitor.integer("dilation", dilation, 1, 255);
  visitor.choice("padding", padding, padding_choices);
  visitor.flag("bias", bias);
  visitor.choice("initializer", initializer, initializer_choices);
  visitor.number("initializer_value", initializer_value, -1e6, 1e6);
}
template void Conv2dOptions::visit(OptionReader&);

Conv2d::Conv2d(const Conv2dOptions& options) : options_(checked_options("conv2d", options)) {}

Options Conv2d::options() const { return write_options(options_); }

Conv2dDesc Conv2d::descriptor(const Shape& input) const {
  const auto& o = options_;
  const WindowAxis rows = slide_window(kind(), input[0], o.kernel, o.stride, o.dilation, o.padding);
  const WindowAxis columns =
      slide_window(kind(), input[1], o.kernel, o.stride, o.dilation, o.padding);
  return {.kernel = {o.kernel, o.kernel},
          .stride = {o.stride, o.stride},
          .dilation = {o.dilation, o.dilation},
          .padding = {rows.pad_before, rows.pad_after, columns.pad_before, columns.pad_after}};
}

Shape Conv2d::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_image(kind(), inputs);
  const auto& o = options_;
  return {slide_window(kind(), input[0], o.kernel, o.stride, o.dilation, o.padding).output,
          slide_window(kind(), input[1], o.kernel, o.stride, o.dilation, o.padding).output,
          o.filters};
}

std::vector<ParameterSpec> Conv2d::parameters(std::span<const Shape> inputs) const {
  const int64_t channels = inputs[0][2];
  const int64_t window = options_.kernel * options_.kernel;
  std::vector<ParameterSpec> specs{
      {.name = "kernel",
       .shape = {options_.filters, options_.kernel, options_.kernel, channels},
       .initializer = options_.initializer,
       .fan_in = window * channels,
       .fan_out = window * options_.filters,
       .constant = options_.initializer_value}};
  if (options_.bias)
    specs.push_back({.name = "bias", .shape = {options_.filters}, .role = ParameterRole::bias});
  return specs;
}

size_t Conv2d::workspace_bytes(const Backend& backend, int64_t batch,
                               std::span<const Shape> inputs) const {
  return backend.conv2d_workspace(descriptor(inputs[0]), inputs[0].with_front(batch),
                                  output_shape(inputs).with_front(batch));
}

int64_t Conv2d::flops(std::span<const Shape> inputs) const {
  return 2 * output_shape(inputs).elements() * options_.kernel * options_.kernel * inputs[0][2];
}

void Conv2d::forward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output) const {
  Conv2dDesc desc = descriptor(inputs[0].shape.without_front());
  desc.activation = pass.activation;
  const Parameter* bias = options_.bias ? &pass.parameters[1] : nullptr;
  pass.backend.conv2d(pass.op(0), desc, inputs[0], pass.parameters[0], bias, output);
}

void Conv2d::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                      const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  const Conv2dDesc desc = descriptor(inputs[0].shape.without_front());
  undo_activation(pass, output, grad_output);
  if (!pass.frozen) {
    pass.backend.conv2d_grad_kernel(pass.op(1), desc, inputs[0], grad_output,
                                    pass.parameters[0].grad);
  }
  if (options_.bias && !pass.frozen) pass.backend.sum_rows(grad_output, pass.parameters[1].grad);
  if (grad_inputs[0]) {
    pass.backend.conv2d_grad_input(pass.op(2), desc, grad_output, pass.parameters[0],
                                   grad_inputs[0]);
  }
}

}  // namespace convlab
