#include "nn/pool2d.h"

#include "nn/fused_activation.h"
#include "nn/single_input.h"

namespace convlab {

template <class Visitor>
void Pool2dOptions::visit(Visitor& visitor) {
  visitor.integer("window", window, 1, 255, "height and width of the window in pixels");
  visitor.integer("stride", stride, 0, 255,
                  "distance between adjacent windows in pixels; 0: same as window");
  visitor.choice("padding", padding, padding_choices, padding_help);
  visitor.flag("ceil_mode", ceil_mode,
               "with padding valid: the last window may extend beyond the image");
}
template void Pool2dOptions::visit(OptionReader&);
template void Pool2dOptions::visit(OptionLister&);

constinit const LayerInfo AvgPool2d::info{
    .summary = "mean of each window, not counting padding",
    .shapes = "(height, width, channels) → (height', width', channels)",
    .source = "LeCun et al. 1998, section II",
    .keras = "AveragePooling2D",
    .pytorch =
        "AvgPool2d, which counts its padding by default and takes padding as a number of pixels",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "avg_pool2d", "options": {"window": 2}}
]})"};

constinit const LayerInfo MaxPool2d::info{
    .summary = "maximum of each window",
    .shapes = "(height, width, channels) → (height', width', channels)",
    .source = "Ranzato et al. 2007",
    .keras = "MaxPooling2D",
    .pytorch = "MaxPool2d, which requires the window and takes padding as a number of pixels",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 16}},
  {"kind": "relu"},
  {"kind": "max_pool2d", "options": {"window": 2}}
]})"};

Pool2d::Pool2d(std::string_view kind, const Pool2dOptions& options)
    : options_(checked_options(kind, options)) {}

WindowAxis Pool2d::slide(int64_t dim) const {
  const auto& o = options_;
  const Rounding rounding = o.ceil_mode ? Rounding::up : Rounding::down;
  const int64_t stride = o.stride == 0 ? o.window : o.stride;
  return slide_window(kind(), dim, o.window, stride, 1, o.padding, rounding);
}

Pool2dDesc Pool2d::descriptor(const Tensor& input) const {
  const WindowAxis rows = slide(input.shape[1]);
  const WindowAxis columns = slide(input.shape[2]);
  const int64_t stride = options_.stride == 0 ? options_.window : options_.stride;
  return {.window = {options_.window, options_.window},
          .stride = {stride, stride},
          .padding = {rows.pad_before, rows.pad_after, columns.pad_before, columns.pad_after}};
}

Shape Pool2d::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_image(kind(), inputs);
  return {slide(input[0]).output, slide(input[1]).output, input[2]};
}

void MaxPool2d::forward(const Pass& pass, std::span<const Tensor> inputs,
                        const Tensor& output) const {
  pass.backend.max_pool2d(pass.op(0), descriptor(inputs[0]), inputs[0], output);
}

void MaxPool2d::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                         const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  if (!grad_inputs[0]) return;
  // The derivative of the activation at the selected input equals that at the maximum.
  activation_backward(pass, output, grad_output);
  pass.backend.max_pool2d_grad(descriptor(inputs[0]), inputs[0], output, grad_output,
                               grad_inputs[0]);
}

void AvgPool2d::forward(const Pass& pass, std::span<const Tensor> inputs,
                        const Tensor& output) const {
  pass.backend.avg_pool2d(descriptor(inputs[0]), inputs[0], output);
}

void AvgPool2d::backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor&,
                         const Tensor& grad_output, std::span<const Tensor> grad_inputs) const {
  if (grad_inputs[0])
    pass.backend.avg_pool2d_grad(descriptor(inputs[0]), grad_output, grad_inputs[0]);
}

}  // namespace convlab
