#include "explain/pixel_arithmetic.h"

#include "core/error.h"
#include "explain/layers.h"
#include "nn/conv2d.h"

namespace convlab {

namespace {

const Convolution& convolution_of(const Node& node) {
  const auto* found = dynamic_cast<const Convolution*>(node.layer.get());
  if (found == nullptr) {
    fail("[explain] layer {} is a {}; expected a convolution: conv2d or depthwise_conv2d",
         node.name, node.layer->kind());
  }
  return *found;
}

void check_place(const Node& node, std::string_view what, int64_t index, int64_t dim) {
  if (index < 0 || index >= dim) {
    fail("[explain] {} {} of the output of {}, which has the shape {}; expected 0 to {}", what,
         index, node.name, node.output_shape, dim - 1);
  }
}

/// Fills the patch, the part of `input` (height, width, channels) that the window covers.
void fill_patch(PixelArithmetic& result, const Shape& shape, std::span<const float> input) {
  for (int64_t y = 0; y < result.height; ++y) {
    for (int64_t x = 0; x < result.width; ++x) {
      const int64_t row = result.top - result.pad_top + y * result.row_step;
      const int64_t column = result.left - result.pad_left + x * result.column_step;
      const bool inside = row >= 0 && row < shape[0] && column >= 0 && column < shape[1];
      for (int64_t c = 0; c < result.channels; ++c) {
        const int64_t at = (row * shape[1] + column) * shape[2] + result.first_channel + c;
        result.patch.push_back(inside ? input[static_cast<size_t>(at)] : 0);
      }
    }
  }
}

}  // namespace

PixelArithmetic pixel_arithmetic(ScoredNetwork network, std::span<const uint8_t> pixels,
                                 const std::string& layer, int64_t row, int64_t column,
                                 int64_t channel) {
  const size_t index =
      layer.empty() ? first_convolution(network.graph()) : find_layer(network.graph(), layer);
  const Node& node = network.graph().nodes()[index];
  const Shape& input = node.input_shapes[0];
  const Shape& output = node.output_shape;
  const Conv2dDesc desc = convolution_of(node).descriptor(input);
  check_place(node, "row", row, output[0]);
  check_place(node, "column", column, output[1]);
  check_place(node, "channel", channel, output[2]);
  const auto parameters = network.network().parameters_of(index);
  const Shape& kernel = parameters[0].value.shape;
  if (kernel.elements() / kernel[0] > max_arithmetic_elements) {
    fail("[explain] the window of {} has {} numbers; expected at most {}", node.name,
         kernel.elements() / kernel[0], max_arithmetic_elements);
  }
  const size_t value = node.inputs[0];
  const std::vector<float> computed =
      network.forward(network.input_of(pixels), {.keep = {value}, .last_node = index});
  PixelArithmetic result{.layer = node.name,
                         .row = row,
                         .column = column,
                         .channel = channel,
                         .height = kernel[1],
                         .width = kernel[2],
                         .channels = kernel[3],
                         .first_channel = channel / (output[2] / desc.groups) * kernel[3],
                         .top = row * desc.stride.h,
                         .left = column * desc.stride.w,
                         .pad_top = desc.padding.top,
                         .pad_left = desc.padding.left,
                         .row_step = desc.dilation.h,
                         .column_step = desc.dilation.w};
  fill_patch(result, input, network.kept(value));
  result.kernel = network.read(parameters[0].value.part(channel, channel + 1));
  if (parameters.size() > 1)
    result.bias = network.read(parameters[1].value.part(channel, channel + 1))[0];
  for (size_t i = 0; i < result.patch.size(); ++i) {
    result.products.push_back(double{result.patch[i]} * result.kernel[i]);
    result.sum += result.products.back();
  }
  result.sum += result.bias;
  const int64_t at = (row * output[1] + column) * output[2] + channel;
  result.output = computed[static_cast<size_t>(at)];
  return result;
}

}  // namespace convlab
