#include "nn/conv2d.h"

#include "core/error.h"
#include "nn/initializer_choices.h"

namespace convlab {

template <class Visitor>
void Conv2dOptions::visit(Visitor& visitor) {
  visitor.integer("filters", filters, 1, 65536, "number of output channels");
  visit_window(visitor, *this);
  visitor.integer(
      "groups", groups, 1, 65536,
      "number of channel groups, each with its own filters; must divide channels and filters");
  visitor.flag("bias", bias, "adds a trainable bias to each channel");
  visit_initializer(visitor, *this);
}
template void Conv2dOptions::visit(OptionReader&);
template void Conv2dOptions::visit(OptionLister&);

template <class Visitor>
void DepthwiseConv2dOptions::visit(Visitor& visitor) {
  visit_window(visitor, *this);
  visitor.integer("depth_multiplier", depth_multiplier, 1, 1024, "filters per channel");
  visitor.flag("bias", bias, "adds a trainable bias to each channel");
  visit_initializer(visitor, *this);
}
template void DepthwiseConv2dOptions::visit(OptionReader&);
template void DepthwiseConv2dOptions::visit(OptionLister&);

constinit const LayerInfo Conv2d::info{
    .summary = "2D convolution with trainable filters",
    .shapes =
        "(height, width, channels) → (height', width', filters), cross-correlation. Parameters "
        "kernel (filters, kernel, kernel_width, channels / groups) and bias (filters).",
    .source = "LeCun et al. 1998, section II",
    .keras = "Conv2D, which has no default for kernel",
    .pytorch =
        "Conv2d, which initialises weights and bias uniformly within ±1/√fan_in; its padding as a "
        "number of pixels is explicit here",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "conv2d", "options": {"filters": 32, "kernel": 3, "padding": "same"}}
]})"};

constinit const LayerInfo DepthwiseConv2d::info{
    .summary = "2D convolution of each channel with its own filters",
    .shapes =
        "(height, width, channels) → (height', width', channels · depth_multiplier). Parameters "
        "kernel (channels · depth_multiplier, kernel, kernel_width, 1) and bias.",
    .source = "Howard et al. 2017, MobileNets",
    .keras = "DepthwiseConv2D, which has no default for kernel",
    .pytorch =
        "Conv2d with one group per channel, which initialises weights and bias uniformly within "
        "±1/√fan_in; its padding as a number of pixels is explicit here",
    .example = R"({"input": [32, 32, 3], "layers": [
  {"kind": "depthwise_conv2d", "options": {"kernel": 3, "padding": "same"}}
]})"};

Conv2d::Conv2d(const Conv2dOptions& options)
    : Convolution(window_of("conv2d", options), options.bias),
      options_(checked_options("conv2d", options)) {}

Options Conv2d::options() const { return write_options(options_); }

int64_t Conv2d::groups(int64_t channels) const {
  const int64_t groups = options_.groups;
  if (channels % groups != 0 || options_.filters % groups != 0) {
    fail("[conv2d] {} groups must divide the {} channels and the {} filters", groups, channels,
         options_.filters);
  }
  return groups;
}

ParameterSpec Conv2d::kernel_spec(int64_t channels) const {
  return {.initializer = options_.initializer,
          .fan_in = window_elements() * channels / options_.groups,
          .fan_out = window_elements() * options_.filters,
          .constant = options_.initializer_value};
}

DepthwiseConv2d::DepthwiseConv2d(const DepthwiseConv2dOptions& options)
    : Convolution(window_of("depthwise_conv2d", options), options.bias),
      options_(checked_options("depthwise_conv2d", options)) {}

Options DepthwiseConv2d::options() const { return write_options(options_); }

// Keras computes the fans from the shape of its kernel, (height, width, channels,
// depth_multiplier).
ParameterSpec DepthwiseConv2d::kernel_spec(int64_t channels) const {
  return {.initializer = options_.initializer,
          .fan_in = window_elements() * channels,
          .fan_out = window_elements() * options_.depth_multiplier,
          .constant = options_.initializer_value};
}

}  // namespace convlab
