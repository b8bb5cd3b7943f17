#include "nn/group_norm.h"

#include "core/error.h"
#include "nn/single_input.h"

namespace convlab {

namespace {

int64_t channels_of(const Shape& shape) { return shape[shape.rank() - 1]; }

}  // namespace

template <class Visitor>
void GroupNormOptions::visit(Visitor& visitor) {
  visitor.integer("groups", groups, 1, 65536,
                  "number of groups of adjacent channels; must divide the number of channels");
  visitor.number("epsilon", epsilon, 1e-9, 1, "added to the variance to avoid division by zero");
  visitor.flag("center", center, "adds a trainable offset (beta) to each channel");
  visitor.flag("scale", scale, "multiplies each channel by a trainable scale (gamma)");
}
template void GroupNormOptions::visit(OptionReader&);
template void GroupNormOptions::visit(OptionLister&);

template <class Visitor>
void LayerNormOptions::visit(Visitor& visitor) {
  visitor.number("epsilon", epsilon, 1e-9, 1, "added to the variance to avoid division by zero");
  visitor.flag("center", center, "adds a trainable offset (beta) to each channel");
  visitor.flag("scale", scale, "multiplies each channel by a trainable scale (gamma)");
}
template void LayerNormOptions::visit(OptionReader&);
template void LayerNormOptions::visit(OptionLister&);

constinit const LayerInfo GroupNorm::info{
    .summary = "normalises groups of channels of each sample",
    .shapes =
        "any shape → the same shape; channels are the last dimension. One group per channel is "
        "instance normalisation. Parameters gamma and beta, each (channels).",
    .source = "Wu and He 2018",
    .keras = "GroupNormalization",
    .pytorch = "GroupNorm, which requires the number of groups and has the default epsilon 1e-5",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 32}},
  {"kind": "group_norm", "options": {"groups": 8}},
  {"kind": "relu"}
]})"};

constinit const LayerInfo LayerNorm::info{
    .summary = "normalises each pixel over its channels",
    .shapes =
        "any shape → the same shape; channels are the last dimension. Parameters gamma and beta, "
        "each (channels).",
    .source = "Ba et al. 2016",
    .keras = "LayerNormalization",
    .pytorch =
        "LayerNorm, which normalises over the dimensions given to it and has the default epsilon "
        "1e-5",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 32}},
  {"kind": "layer_norm"},
  {"kind": "relu"}
]})"};

/// Arguments of a backend call on [samples, pixels, channels], where a sample may be a single
/// pixel.
struct SampleNorm::View {
  GroupNormDesc desc;
  Shape shape;
  Parameter gamma, beta;
  Tensor mean, inv_std;
};

Shape SampleNorm::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input(kind(), inputs);
  groups(input);
  return input;
}

std::vector<ParameterSpec> SampleNorm::parameters(std::span<const Shape> inputs) const {
  const Shape shape{channels_of(inputs[0])};
  std::vector<ParameterSpec> specs;
  if (form_.scale) {
    specs.push_back({.name = "gamma",
                     .shape = shape,
                     .role = ParameterRole::bias,
                     .initializer = Initializer::ones});
  }
  if (form_.center) specs.push_back({.name = "beta", .shape = shape, .role = ParameterRole::bias});
  return specs;
}

std::vector<Shape> SampleNorm::saved_shapes(std::span<const Shape> inputs) const {
  const int64_t pixels = by_pixel() ? inputs[0].elements() / channels_of(inputs[0]) : 1;
  const int64_t statistics = pixels * groups(inputs[0]);
  return {{2 * statistics}, {statistics}};
}

// Without a backward pass nothing is saved, so the statistics are in the workspace.
uint64_t SampleNorm::workspace_bytes(const Backend&, int64_t batch, std::span<const Shape> inputs,
                                     bool /*constant*/) const {
  uint64_t bytes = 0;
  for (const Shape& shape : saved_shapes(inputs)) {
    bytes += align_up(static_cast<uint64_t>(batch * shape.elements()) * sizeof(float));
  }
  return bytes;
}

SampleNorm::View SampleNorm::view(const Pass& pass, const Tensor& input) const {
  const int64_t channels = channels_of(input.shape);
  const int64_t rows = input.elements() / channels;
  const int64_t samples = by_pixel() ? rows : input.shape[0];
  View view{.desc = {groups(input.shape.sample_shape()), static_cast<float>(form_.epsilon)},
            .shape = {samples, rows / samples, channels}};
  size_t next = 0;
  if (form_.scale) view.gamma = pass.parameters[next++];
  if (form_.center) view.beta = pass.parameters[next];
  view.mean = {{2, samples * view.desc.groups}, DType::f32, pass.workspace};
  view.inv_std = {view.mean.shape.sample_shape(), DType::f32,
                  static_cast<std::byte*>(pass.workspace) + align_up(view.mean.bytes())};
  if (!pass.saved.empty()) {
    view.mean.memory = pass.saved[0].memory;
    view.inv_std.memory = pass.saved[1].memory;
  }
  return view;
}

void SampleNorm::forward(const Pass& pass, std::span<const Tensor> inputs,
                         const Tensor& output) const {
  const View v = view(pass, inputs[0]);
  pass.backend.group_norm(v.desc, inputs[0].reshaped(v.shape), v.gamma.value, v.beta.value, v.mean,
                          v.inv_std, output.reshaped(v.shape));
}

void SampleNorm::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor&,
                          const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  const View v = view(pass, inputs[0]);
  const Tensor dx = grad_inputs[0] ? grad_inputs[0].reshaped(v.shape) : Tensor{};
  pass.backend.group_norm_grad(v.desc, inputs[0].reshaped(v.shape), v.gamma.value, v.mean,
                               v.inv_std, grad_output.reshaped(v.shape), dx, v.gamma.grad,
                               v.beta.grad);
}

GroupNorm::GroupNorm(const GroupNormOptions& options)
    : SampleNorm({options.epsilon, options.center, options.scale}),
      options_(checked_options("group_norm", options)) {}

Options GroupNorm::options() const { return write_options(options_); }

int64_t GroupNorm::groups(const Shape& sample) const {
  if (channels_of(sample) % options_.groups != 0) {
    fail("[group_norm] {} groups do not divide the {} channels", options_.groups,
         channels_of(sample));
  }
  return options_.groups;
}

LayerNorm::LayerNorm(const LayerNormOptions& options)
    : SampleNorm({options.epsilon, options.center, options.scale}),
      options_(checked_options("layer_norm", options)) {}

Options LayerNorm::options() const { return write_options(options_); }

}  // namespace convlab
