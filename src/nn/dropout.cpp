#include "nn/dropout.h"

#include "core/random.h"
#include "nn/single_input.h"

namespace convlab {

namespace {

/// Draws the dropout mask into the layer's saved tensor.
void draw_mask(const Pass& pass, double rate) {
  const DropoutDesc desc{.rate = static_cast<float>(rate),
                         .seed = pass.seed,
                         .stream = stream_id(RandomStream::dropout, pass.node)};
  pass.backend.dropout_mask(desc, pass.saved[0]);
}

}  // namespace

template <class Visitor>
void DropoutOptions::visit(Visitor& visitor) {
  visitor.number("rate", rate, 0, 0.999,
                 "fraction of elements or channels set to zero in training");
}
template void DropoutOptions::visit(OptionReader&);
template void DropoutOptions::visit(OptionLister&);

constinit const LayerInfo Dropout::info{
    .summary = "sets random elements to zero in training",
    .shapes =
        "any shape → the same shape. The other elements are multiplied by 1 / (1 - rate); "
        "evaluation returns the input unchanged.",
    .source = "Srivastava et al. 2014",
    .keras = "Dropout, which has no default for rate",
    .pytorch = "Dropout: the same, rate is called p",
    .example = R"({"input": [28, 28, 1], "layers": [
  {"kind": "flatten"},
  {"kind": "dropout", "options": {"rate": 0.5}},
  {"kind": "dense", "options": {"units": 10}}
]})"};

constinit const LayerInfo SpatialDropout::info{
    .summary = "sets random channels of a sample to zero in training",
    .shapes =
        "(height, width, channels) → the same shape. The other channels are multiplied by 1 / (1 - "
        "rate); evaluation returns the input unchanged.",
    .source = "Tompson et al. 2015",
    .keras = "SpatialDropout2D, which has no default for rate",
    .pytorch = "Dropout2d: the same, rate is called p",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 16}},
  {"kind": "spatial_dropout", "options": {"rate": 0.2}}
]})"};

Dropout::Dropout(const DropoutOptions& options) : options_(checked_options("dropout", options)) {}

Options Dropout::options() const { return write_options(options_); }

Shape Dropout::output_shape(std::span<const Shape> inputs) const {
  return single_input(kind(), inputs);
}

void Dropout::forward(const Pass& pass, std::span<const Tensor> inputs,
                      const Tensor& output) const {
  draw_mask(pass, options_.rate);
  pass.backend.binary(BinaryOp::multiply, inputs[0], pass.saved[0], output);
}

void Dropout::backward(const Pass& pass, std::span<const Tensor>, const Tensor&,
                       const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  if (grad_inputs[0])
    pass.backend.binary(BinaryOp::multiply, grad_output, pass.saved[0], grad_inputs[0]);
}

SpatialDropout::SpatialDropout(const DropoutOptions& options)
    : options_(checked_options("spatial_dropout", options)) {}

Options SpatialDropout::options() const { return write_options(options_); }

Shape SpatialDropout::output_shape(std::span<const Shape> inputs) const {
  return single_image(kind(), inputs);
}

void SpatialDropout::forward(const Pass& pass, std::span<const Tensor> inputs,
                             const Tensor& output) const {
  draw_mask(pass, options_.rate);
  pass.backend.scale_channels(inputs[0], pass.saved[0], output);
}

void SpatialDropout::backward(const Pass& pass, std::span<const Tensor>, const Tensor&,
                              const Tensor& grad_output,
                              std::span<const Tensor> grad_inputs) const {
  if (grad_inputs[0]) pass.backend.scale_channels(grad_output, pass.saved[0], grad_inputs[0]);
}

}  // namespace convlab
