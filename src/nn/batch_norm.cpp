#include "nn/batch_norm.h"

#include "nn/single_input.h"

namespace convlab {

namespace {

int64_t channels_of(const Shape& shape) { return shape[shape.rank() - 1]; }

}  // namespace

template <class Visitor>
void BatchNormOptions::visit(Visitor& visitor) {
  visitor.number("momentum", momentum, 0, 1,
                 "fraction of the running statistics that each step keeps");
  visitor.number("epsilon", epsilon, 1e-9, 1, "added to the variance to avoid division by zero");
  visitor.flag("center", center, "adds a trainable offset (beta) to each channel");
  visitor.flag("scale", scale, "multiplies each channel by a trainable scale (gamma)");
}
template void BatchNormOptions::visit(OptionReader&);
template void BatchNormOptions::visit(OptionLister&);

constinit const LayerInfo BatchNorm::info{
    .summary = "normalises each channel over the batch and all pixels",
    .shapes =
        "any shape → the same shape; channels are the last dimension. Parameters gamma, beta and "
        "the running statistics moving_mean and moving_variance, each (channels). Evaluation uses "
        "the running statistics and takes no time directly after a convolution or dense layer",
    .source = "Ioffe and Szegedy 2015",
    .keras = "BatchNormalization",
    .pytorch =
        "BatchNorm2d, whose momentum is 1 - this momentum (its default 0.1 is 0.9 here), whose "
        "epsilon is 1e-5 and which updates the running variance with the unbiased batch variance",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 16, "bias": false}},
  {"kind": "batch_norm"},
  {"kind": "relu"}
]})"};

/// The parameters and saved statistics by name; null if absent.
struct BatchNorm::Parts {
  Tensor gamma, beta, gamma_grad, beta_grad;
  Tensor moving_mean, moving_variance;
  Tensor mean, inv_std;  ///< of the current batch, in Mode::train
};

BatchNorm::BatchNorm(const BatchNormOptions& options)
    : options_(checked_options("batch_norm", options)) {}

Options BatchNorm::options() const { return write_options(options_); }

Shape BatchNorm::output_shape(std::span<const Shape> inputs) const {
  return single_input(kind(), inputs);
}

std::vector<ParameterSpec> BatchNorm::parameters(std::span<const Shape> inputs) const {
  const Shape shape{channels_of(inputs[0])};
  std::vector<ParameterSpec> specs;
  if (options_.scale) {
    specs.push_back({.name = "gamma",
                     .shape = shape,
                     .role = ParameterRole::bias,
                     .initializer = Initializer::ones});
  }
  if (options_.center)
    specs.push_back({.name = "beta", .shape = shape, .role = ParameterRole::bias});
  specs.push_back({.name = "moving_mean", .shape = shape, .role = ParameterRole::statistic});
  specs.push_back({.name = "moving_variance",
                   .shape = shape,
                   .role = ParameterRole::statistic,
                   .initializer = Initializer::ones});
  return specs;
}

// Saved tensors have one row per sample; only the first is used, as the statistics are per batch.
std::vector<Shape> BatchNorm::saved_shapes(std::span<const Shape> inputs) const {
  const int64_t channels = channels_of(inputs[0]);
  return {{2, channels}, {channels}};
}

BatchNorm::Parts BatchNorm::parts(const Pass& pass) const {
  Parts parts;
  size_t next = 0;
  if (options_.scale) {
    parts.gamma = pass.parameters[next].value;
    parts.gamma_grad = pass.parameters[next++].grad;
  }
  if (options_.center) {
    parts.beta = pass.parameters[next].value;
    parts.beta_grad = pass.parameters[next++].grad;
  }
  parts.moving_mean = pass.parameters[next++].value;
  parts.moving_variance = pass.parameters[next].value;
  if (pass.mode == Mode::train) {
    const Tensor mean = pass.saved[0].part(0, 1);
    parts.mean = mean.reshaped(mean.shape.sample_shape());
    parts.inv_std = pass.saved[1].part(0, 1);
  }
  return parts;
}

void BatchNorm::forward(const Pass& pass, std::span<const Tensor> inputs,
                        const Tensor& output) const {
  const Parts p = parts(pass);
  const auto epsilon = static_cast<float>(options_.epsilon);
  if (pass.mode == Mode::eval || pass.frozen) {
    pass.backend.normalize(epsilon, inputs[0], p.moving_mean, p.moving_variance, p.gamma, p.beta,
                           output);
    return;
  }
  pass.backend.batch_norm({static_cast<float>(options_.momentum), epsilon}, inputs[0], p.gamma,
                          p.beta, p.moving_mean, p.moving_variance, p.mean, p.inv_std, output);
}

void BatchNorm::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor&,
                         const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  const Parts p = parts(pass);
  if (pass.frozen) {
    if (!grad_inputs[0]) return;
    pass.backend.normalize(static_cast<float>(options_.epsilon), grad_output, {}, p.moving_variance,
                           p.gamma, {}, grad_inputs[0]);
    return;
  }
  pass.backend.batch_norm_grad(inputs[0], p.gamma, p.mean, p.inv_std, grad_output, grad_inputs[0],
                               p.gamma_grad, p.beta_grad);
}

}  // namespace convlab
