#include "nn/convolution.h"

#include "core/bounded.h"
#include "nn/fused_activation.h"
#include "nn/single_input.h"

namespace convlab {

Conv2dDesc Convolution::descriptor(const Shape& input) const {
  return {.kernel = window_.size,
          .stride = window_.stride,
          .dilation = window_.dilation,
          .padding = slide_window(kind(), input, window_).padding,
          .groups = groups(input[2])};
}

Shape Convolution::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_image(kind(), inputs);
  groups(input[2]);
  const Size2d output = slide_window(kind(), input, window_).output;
  return {output.h, output.w, filters(input[2])};
}

std::vector<ParameterSpec> Convolution::parameters(std::span<const Shape> inputs) const {
  const int64_t channels = inputs[0][2];
  ParameterSpec kernel = kernel_spec(channels);
  kernel.name = "kernel";
  kernel.shape = {filters(channels), window_.size.h, window_.size.w, channels / groups(channels)};
  std::vector<ParameterSpec> specs{kernel};
  if (bias_) {
    specs.push_back({.name = "bias", .shape = {filters(channels)}, .role = ParameterRole::bias});
  }
  return specs;
}

uint64_t Convolution::workspace_bytes(const Backend& backend, int64_t batch,
                                      std::span<const Shape> inputs, bool constant) const {
  Conv2dDesc desc = descriptor(inputs[0]);
  desc.constant_kernel = constant;
  return backend.conv2d_workspace(desc, inputs[0].with_batch(batch),
                                  output_shape(inputs).with_batch(batch));
}

PackedBytes Convolution::packed_bytes(const Backend& backend, std::span<const Shape> inputs) const {
  const Conv2dDesc desc = descriptor(inputs[0]);
  const Shape x = inputs[0].with_batch(1);
  const Shape y = output_shape(inputs).with_batch(1);
  return {.forward = backend.packed_bytes(KernelUse::conv2d, desc, x, y),
          .grad_inputs = backend.packed_bytes(KernelUse::conv2d_grad_input, desc, x, y)};
}

int64_t Convolution::flops(std::span<const Shape> inputs) const {
  const int64_t channels = inputs[0][2];
  return bounded_product(
      {2, output_shape(inputs).elements(), window_elements(), channels / groups(channels)},
      max_flops);
}

void Convolution::forward(const Pass& pass, std::span<const Tensor> inputs,
                          const Tensor& output) const {
  Conv2dDesc desc = descriptor(inputs[0].shape.sample_shape());
  desc.activation = pass.activation;
  pass.backend.conv2d(pass.op(0), desc, inputs[0], pass.parameters[0], pass.parameter_or_null(1),
                      output);
}

void Convolution::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                           const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  const Conv2dDesc desc = descriptor(inputs[0].shape.sample_shape());
  activation_backward(pass, output, grad_output);
  if (!pass.frozen) {
    pass.backend.conv2d_grad_kernel(pass.op(1), desc, inputs[0], grad_output,
                                    pass.parameters[0].grad,
                                    bias_ ? pass.parameters[1].grad : Tensor{});
  }
  if (grad_inputs[0]) {
    pass.backend.conv2d_grad_input(pass.op(2), desc, grad_output, pass.parameters[0],
                                   grad_inputs[0]);
  }
}

}  // namespace convlab
