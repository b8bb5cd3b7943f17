#include "nn/folded_layer.h"

namespace convlab {

namespace {

int64_t channels_of(const Node& node) { return node.output_shape[node.output_shape.rank() - 1]; }

size_t bias_index(const KernelToFold& kernel) { return kernel.parameter + 1; }

}  // namespace

std::array<Shape, FoldedLayer::place_count> FoldedLayer::shapes(const Node& layer) {
  const auto specs = layer.layer->parameters(layer.input_shapes);
  const Shape row{channels_of(layer)};
  return {specs[layer.layer->kernel_to_fold()->parameter].shape, row, row};
}

FoldedLayer::FoldedLayer(const Node& layer, std::span<Parameter> parameters,
                         const Node& normalization, std::span<Parameter> normalization_parameters)
    : normalization_(*normalization.layer),
      kernel_(*layer.layer->kernel_to_fold()),
      sources_(parameters),
      normalization_sources_(normalization_parameters),
      parameters_(parameters.begin(), parameters.end()),
      slots_(layer.layer->slots()) {
  parameters_.resize(bias_index(kernel_) + 1);  // the folded layer always has a bias
}

// Versions only increase, so a new version of any parameter changes the sum.
uint64_t FoldedLayer::source_version() const {
  uint64_t sum = 0;
  for (const Parameter& parameter : sources_) sum += parameter.version;
  for (const Parameter& parameter : normalization_sources_) sum += parameter.version;
  return sum;
}

void FoldedLayer::update(Backend& backend, std::span<const Tensor> places, bool lost) {
  const uint64_t version = source_version();
  if (version == version_ && !lost) return;
  version_ = version;
  for (Parameter& parameter : parameters_) parameter.version = version;
  parameters_[kernel_.parameter].value = places[kernel_place];
  parameters_[bias_index(kernel_)].value = places[bias_place];
  // Frozen, so that backward computes the gradient of a · x + b.
  const Pass pass{
      .backend = backend, .mode = Mode::eval, .frozen = true, .parameters = normalization_sources_};
  fold_bias(pass, places[bias_place]);
  fold_kernel(pass, places[kernel_place], places[factor_place]);
}

void FoldedLayer::fold_bias(const Pass& pass, const Tensor& folded) const {
  const size_t index = bias_index(kernel_);
  if (index < sources_.size()) {
    pass.backend.copy(sources_[index].value, folded);
  } else {
    pass.backend.fill(folded, 0);
  }
  const Tensor row = folded.reshaped(folded.shape.with_batch(1));
  normalization_.forward(pass, {&row, 1}, row);
}

void FoldedLayer::fold_kernel(const Pass& pass, const Tensor& folded, const Tensor& factors) const {
  const Tensor& source = sources_[kernel_.parameter].value;
  if (kernel_.channels_last) {
    pass.backend.copy(source, folded);
    normalization_.backward(pass, {}, {}, folded, {&folded, 1});
    return;
  }
  const int64_t channels = factors.elements();
  const Tensor row = factors.reshaped({1, channels});
  pass.backend.fill(row, 1);
  normalization_.backward(pass, {}, {}, row, {&row, 1});
  const Shape matrix{channels, source.elements() / channels, 1};
  pass.backend.scale_channels(source.reshaped(matrix), factors.reshaped({channels, 1}),
                              folded.reshaped(matrix));
}

}  // namespace convlab
