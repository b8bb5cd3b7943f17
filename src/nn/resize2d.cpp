#include "nn/resize2d.h"

#include <array>

#include "nn/single_input.h"

namespace convlab {

namespace {

constexpr std::array interpolation_choices{
    Choice<Interpolation>{Interpolation::nearest, "nearest"},
    Choice<Interpolation>{Interpolation::bilinear, "bilinear"}};

}  // namespace

template <class Visitor>
void ZeroPad2dOptions::visit(Visitor& visitor) {
  visitor.integer("top", top, 0, 4096, "rows of zeros above");
  visitor.integer("bottom", bottom, 0, 4096, "rows of zeros below");
  visitor.integer("left", left, 0, 4096, "columns of zeros on the left");
  visitor.integer("right", right, 0, 4096, "columns of zeros on the right");
}
template void ZeroPad2dOptions::visit(OptionReader&);
template void ZeroPad2dOptions::visit(OptionLister&);

template <class Visitor>
void UpSample2dOptions::visit(Visitor& visitor) {
  visitor.integer("size", size, 1, 64, "factor for height and width");
  visitor.choice(
      "interpolation", interpolation, interpolation_choices,
      "nearest: repeats each pixel; bilinear: interpolates between the four nearest pixels");
}
template void UpSample2dOptions::visit(OptionReader&);
template void UpSample2dOptions::visit(OptionLister&);

constinit const LayerInfo UpSample2d::info{
    .summary = "enlarges an image by interpolation",
    .shapes = "(height, width, channels) → (height · size, width · size, channels)",
    .keras = "UpSampling2D",
    .pytorch = "Upsample, which requires scale_factor; bilinear is the same (align_corners=False)",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "up_sample2d", "options": {"size": 2, "interpolation": "bilinear"}}
]})"};

constinit const LayerInfo ZeroPad2d::info{
    .summary = "rows and columns of zeros around an image",
    .shapes = "(height, width, channels) → (height + top + bottom, width + left + right, channels)",
    .keras = "ZeroPadding2D",
    .pytorch = "ZeroPad2d, which requires the sizes, in the order left, right, top, bottom",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "zero_pad2d", "options": {"top": 0, "left": 0}},
  {"kind": "conv2d", "options": {"filters": 8}}
]})"};

ZeroPad2d::ZeroPad2d(const ZeroPad2dOptions& options)
    : options_(checked_options("zero_pad2d", options)) {}

Options ZeroPad2d::options() const { return write_options(options_); }

Padding2d ZeroPad2d::padding() const {
  return {options_.top, options_.bottom, options_.left, options_.right};
}

Shape ZeroPad2d::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_image(kind(), inputs);
  const Padding2d p = padding();
  return {input[0] + p.top + p.bottom, input[1] + p.left + p.right, input[2]};
}

void ZeroPad2d::forward(const Pass& pass, std::span<const Tensor> inputs,
                        const Tensor& output) const {
  pass.backend.pad2d(padding(), inputs[0], output);
}

void ZeroPad2d::backward(const Pass& pass, std::span<const Tensor>, const Tensor&,
                         const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  if (grad_inputs[0]) pass.backend.crop2d(padding(), grad_output, grad_inputs[0]);
}

UpSample2d::UpSample2d(const UpSample2dOptions& options)
    : options_(checked_options("up_sample2d", options)) {}

Options UpSample2d::options() const { return write_options(options_); }

Shape UpSample2d::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_image(kind(), inputs);
  return {input[0] * options_.size, input[1] * options_.size, input[2]};
}

void UpSample2d::forward(const Pass& pass, std::span<const Tensor> inputs,
                         const Tensor& output) const {
  pass.backend.up_sample2d({options_.size, options_.interpolation}, inputs[0], output);
}

void UpSample2d::backward(const Pass& pass, std::span<const Tensor>, const Tensor&,
                          const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  if (!grad_inputs[0]) return;
  pass.backend.up_sample2d_grad({options_.size, options_.interpolation}, grad_output,
                                grad_inputs[0]);
}

}  // namespace convlab
