#include "nn/local_response_norm.h"

#include "nn/single_input.h"

namespace convlab {

template <class Visitor>
void LocalResponseNormOptions::visit(Visitor& visitor) {
  visitor.integer("size", size, 1, 4096, "number of adjacent channels in the sum");
  visitor.number("bias", bias, 1e-6, 1e6, "added to the sum to avoid division by zero");
  visitor.number("alpha", alpha, 0, 1e6, "factor of the sum of squares");
  visitor.number("beta", beta, 0, 100, "exponent of the divisor");
}
template void LocalResponseNormOptions::visit(OptionReader&);
template void LocalResponseNormOptions::visit(OptionLister&);

constinit const LayerInfo LocalResponseNorm::info{
    .summary = "normalises each pixel over adjacent channels",
    .shapes =
        "any shape → the same shape: x / (bias + alpha · Σ x²)^beta, summed over adjacent channels",
    .source = "Krizhevsky et al. 2012, section 3.3, with the defaults of the paper",
    .pytorch =
        "LocalResponseNorm, which requires size, divides alpha by size and calls bias k, with the "
        "default 1",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 16}},
  {"kind": "relu"},
  {"kind": "local_response_norm"}
]})"};

LocalResponseNorm::LocalResponseNorm(const LocalResponseNormOptions& options)
    : options_(checked_options("local_response_norm", options)) {}

Options LocalResponseNorm::options() const { return write_options(options_); }

LocalResponseNormDesc LocalResponseNorm::descriptor() const {
  return {.size = options_.size,
          .bias = static_cast<float>(options_.bias),
          .alpha = static_cast<float>(options_.alpha),
          .beta = static_cast<float>(options_.beta)};
}

Shape LocalResponseNorm::output_shape(std::span<const Shape> inputs) const {
  return single_image(kind(), inputs);
}

void LocalResponseNorm::forward(const Pass& pass, std::span<const Tensor> inputs,
                                const Tensor& output) const {
  pass.backend.local_response_norm(descriptor(), inputs[0], output);
}

void LocalResponseNorm::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor&,
                                 const Tensor& grad_output,
                                 std::span<const Tensor> grad_inputs) const {
  if (grad_inputs[0])
    pass.backend.local_response_norm_grad(descriptor(), inputs[0], grad_output, grad_inputs[0]);
}

}  // namespace convlab
