#include "nn/dense.h"

#include <algorithm>

#include "nn/fused_activation.h"
#include "nn/initializer_choices.h"
#include "nn/single_input.h"

namespace convlab {

namespace {

// y = x · kernelᵀ, dkernel = dyᵀ · x, dx = dy · kernel.
constexpr GemmDesc forward_product{.transpose_b = true};
constexpr GemmDesc kernel_product{.transpose_a = true};
constexpr GemmDesc input_product{};

}  // namespace

template <class Visitor>
void DenseOptions::visit(Visitor& visitor) {
  visitor.integer("units", units, 1, 1 << 20, "number of outputs");
  visitor.flag("bias", bias, "adds a trainable bias to each output");
  visit_initializer(visitor, *this);
}
template void DenseOptions::visit(OptionReader&);
template void DenseOptions::visit(OptionLister&);

constinit const LayerInfo Dense::info{
    .summary = "fully connected layer: y = x · kernelᵀ + bias",
    .shapes =
        "(features) → (units); put flatten before it. Parameters kernel (units, features) and bias "
        "(units).",
    .source = "Rumelhart et al. 1986",
    .keras = "Dense",
    .pytorch = "Linear, which initialises weights and bias uniformly within ±1/√features",
    .example = R"({"input": [28, 28, 1], "layers": [
  {"kind": "flatten"},
  {"kind": "dense", "options": {"units": 10}}
]})"};

Dense::Dense(const DenseOptions& options) : options_(checked_options("dense", options)) {}

Options Dense::options() const { return write_options(options_); }

Shape Dense::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(kind(), inputs);
  if (input.rank() != 1)
    fail("[dense] expects a vector (features), got {}; put a flatten layer before it", input);
  return {options_.units};
}

std::vector<ParameterSpec> Dense::parameters(std::span<const Shape> inputs) const {
  const int64_t features = inputs[0][0];
  std::vector<ParameterSpec> specs{{.name = "kernel",
                                    .shape = {options_.units, features},
                                    .initializer = options_.initializer,
                                    .fan_in = features,
                                    .fan_out = options_.units,
                                    .constant = options_.initializer_value}};
  if (options_.bias)
    specs.push_back({.name = "bias", .shape = {options_.units}, .role = ParameterRole::bias});
  return specs;
}

uint64_t Dense::workspace_bytes(const Backend& backend, int64_t batch,
                                std::span<const Shape> inputs, bool /*constant*/) const {
  const Shape x{batch, inputs[0][0]};
  const Shape kernel{options_.units, inputs[0][0]};
  const Shape y{batch, options_.units};
  return std::max({backend.gemm_workspace(forward_product, x, kernel),
                   backend.gemm_workspace(kernel_product, y, x),
                   backend.gemm_workspace(input_product, y, kernel)});
}

void Dense::forward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output) const {
  GemmDesc product = forward_product;
  product.activation = pass.activation;
  const Parameter* bias = pass.parameter_or_null(1);
  pass.backend.gemm(pass.op(0), product, inputs[0], pass.parameters[0].value,
                    bias != nullptr ? bias->value : Tensor{}, output);
}

void Dense::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                     const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  activation_backward(pass, output, grad_output);
  if (!pass.frozen) {
    pass.backend.gemm(pass.op(1), kernel_product, grad_output, inputs[0], {},
                      pass.parameters[0].grad);
  }
  if (options_.bias && !pass.frozen) pass.backend.sum_rows(grad_output, pass.parameters[1].grad);
  if (grad_inputs[0]) {
    pass.backend.gemm(pass.op(2), input_product, grad_output, pass.parameters[0].value, {},
                      grad_inputs[0]);
  }
}

}  // namespace convlab
