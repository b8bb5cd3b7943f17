#include "nn/conv2d.h"

#include "core/error.h"
#include "nn/initializer_choices.h"

namespace convlab {

template <class Visitor>
void Conv2dOptions::visit(Visitor& visitor) {
  visitor.integer("filters", filters, 1, 65536);
  visitor.integer("kernel", kernel, 1, 255);
  visitor.integer("stride", stride, 1, 255);
  visitor.integer("dilation", dilation, 1, 255);
  visitor.choice("padding", padding, padding_choices);
  visitor.integer("groups", groups, 1, 65536);
  visitor.flag("bias", bias);
  visitor.choice("initializer", initializer, initializer_choices);
  visitor.number("initializer_value", initializer_value, -1e6, 1e6);
}
template void Conv2dOptions::visit(OptionReader&);

template <class Visitor>
void DepthwiseConv2dOptions::visit(Visitor& visitor) {
  visitor.integer("kernel", kernel, 1, 255);
  visitor.integer("stride", stride, 1, 255);
  visitor.integer("dilation", dilation, 1, 255);
  visitor.choice("padding", padding, padding_choices);
  visitor.integer("depth_multiplier", depth_multiplier, 1, 1024);
  visitor.flag("bias", bias);
  visitor.choice("initializer", initializer, initializer_choices);
  visitor.number("initializer_value", initializer_value, -1e6, 1e6);
}
template void DepthwiseConv2dOptions::visit(OptionReader&);

Conv2d::Conv2d(const Conv2dOptions& options)
    : Convolution(
          {options.kernel, options.stride, options.dilation, options.padding, options.bias}),
      options_(checked_options("conv2d", options)) {}

Options Conv2d::options() const { return write_options(options_); }

int64_t Conv2d::groups(int64_t channels) const {
  const int64_t groups = options_.groups;
  if (channels % groups != 0 || options_.filters % groups != 0) {
    fail("[conv2d] ", groups, " groups must divide the ", channels, " channels and the ",
         options_.filters, " filters");
  }
  return groups;
}

ParameterSpec Conv2d::kernel_spec(int64_t channels) const {
  const int64_t window = options_.kernel * options_.kernel;
  return {.initializer = options_.initializer,
          .fan_in = window * channels / options_.groups,
          .fan_out = window * options_.filters,
          .constant = options_.initializer_value};
}

DepthwiseConv2d::DepthwiseConv2d(const DepthwiseConv2dOptions& options)
    : Convolution(
          {options.kernel, options.stride, options.dilation, options.padding, options.bias}),
      options_(checked_options("depthwise_conv2d", options)) {}

Options DepthwiseConv2d::options() const { return write_options(options_); }

// Keras takes the fans from its kernel's shape (kernel, kernel, channels, depth_multiplier).
ParameterSpec DepthwiseConv2d::kernel_spec(int64_t channels) const {
  const int64_t window = options_.kernel * options_.kernel;
  return {.initializer = options_.initializer,
          .fan_in = window * channels,
          .fan_out = window * options_.depth_multiplier,
          .constant = options_.initializer_value};
}

}  // namespace convlab
