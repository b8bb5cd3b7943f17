#include "nn/pool2d.h"

#include <fmt/format.h>

#include "core/counted.h"
#include "nn/fused_activation.h"
#include "nn/single_input.h"

namespace convlab {

template <class Visitor>
void Pool2dOptions::visit(Visitor& visitor) {
  visitor.integer("window", window, 1, 255, "height and width of the window in pixels");
  visitor.integer("window_width", window_width, 0, 255,
                  "width of the window in pixels; 0: same as window");
  visitor.integer("stride", stride, 0, 255,
                  "distance between adjacent windows in pixels; 0: same as window");
  visitor.integer("stride_width", stride_width, 0, 255,
                  "distance between windows side by side in pixels; 0: same as stride or, if that "
                  "is 0, the width of the window");
  visitor.choice("padding", padding, padding_choices, padding_help);
  visit_pads(visitor, *this);
  visitor.flag("ceil_mode", ceil_mode,
               "unless padding is same: the last window may extend beyond the image");
}
template void Pool2dOptions::visit(OptionReader&);
template void Pool2dOptions::visit(OptionLister&);

namespace {

void check_pad(std::string_view kind, const char* name, int64_t pad, int64_t window) {
  if (pad < window) return;
  throw OptionError(name, fmt::format("[{}] option {} is {} but must be smaller than the window's "
                                      "{}, so that no window lies outside the image",
                                      kind, name, pad, counted(window, "pixel")));
}

SlidingWindow window_of_pool(std::string_view kind, const Pool2dOptions& o) {
  const Size2d size{o.window, o.window_width == 0 ? o.window : o.window_width};
  const int64_t stride_width = o.stride_width == 0 ? o.stride : o.stride_width;
  const SlidingWindow window{
      .size = size,
      .stride = {o.stride == 0 ? size.h : o.stride, stride_width == 0 ? size.w : stride_width},
      .padding = o.padding,
      .pads = {o.pad_top, o.pad_bottom, o.pad_left, o.pad_right},
      .rounding = o.ceil_mode ? Rounding::up : Rounding::down};
  check_pads(kind, window);
  check_pad(kind, "pad_top", o.pad_top, size.h);
  check_pad(kind, "pad_bottom", o.pad_bottom, size.h);
  check_pad(kind, "pad_left", o.pad_left, size.w);
  check_pad(kind, "pad_right", o.pad_right, size.w);
  return window;
}

}  // namespace

constinit const LayerInfo AvgPool2d::info{
    .summary = "mean of each window, not counting padding",
    .shapes = "(height, width, channels) → (height', width', channels)",
    .source = "LeCun et al. 1998, section II",
    .keras = "AveragePooling2D",
    .pytorch =
        "AvgPool2d with count_include_pad=False; its padding as a number of pixels is explicit "
        "here",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "avg_pool2d", "options": {"window": 2}}
]})"};

constinit const LayerInfo MaxPool2d::info{
    .summary = "maximum of each window",
    .shapes = "(height, width, channels) → (height', width', channels)",
    .source = "Ranzato et al. 2007",
    .keras = "MaxPooling2D",
    .pytorch =
        "MaxPool2d, which requires the window; its padding as a number of pixels is explicit here",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 16}},
  {"kind": "relu"},
  {"kind": "max_pool2d", "options": {"window": 2}}
]})"};

Pool2d::Pool2d(std::string_view kind, const Pool2dOptions& options)
    : options_(checked_options(kind, options)), window_(window_of_pool(kind, options)) {}

Pool2dDesc Pool2d::descriptor(const Tensor& input) const {
  return {.window = window_.size,
          .stride = window_.stride,
          .padding = slide_window(kind(), input.shape.sample_shape(), window_).padding};
}

Shape Pool2d::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_image(kind(), inputs);
  const Size2d output = slide_window(kind(), input, window_).output;
  return {output.h, output.w, input[2]};
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
