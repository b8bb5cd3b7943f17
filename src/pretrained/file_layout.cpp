#include "pretrained/file_layout.h"

#include <array>
#include <numeric>

#include "core/error.h"

namespace convlab {

namespace {

FileLayout as_it_is(const Shape& shape) {
  FileLayout result{.shapes = {shape}, .dims = shape, .order = {}};
  result.order.resize(static_cast<size_t>(shape.rank()));
  std::iota(result.order.begin(), result.order.end(), 0);
  return result;
}

/// A kernel (filters, height, width, channels).
FileLayout convolution(const Shape& kernel, KernelLayout layout) {
  const Shape file = layout == KernelLayout::oihw
                         ? Shape{kernel[0], kernel[3], kernel[1], kernel[2]}
                         : Shape{kernel[1], kernel[2], kernel[3], kernel[0]};
  return {
      .shapes = {file},
      .dims = file,
      .order = layout == KernelLayout::oihw ? std::vector{0, 2, 3, 1} : std::vector{3, 0, 1, 2}};
}

/// A kernel (channels · multiplier, height, width, 1); Keras has (height, width, channels,
/// multiplier).
FileLayout depthwise(const Shape& kernel, int64_t channels, KernelLayout layout) {
  if (layout == KernelLayout::oihw) return convolution(kernel, layout);
  const Shape file{kernel[1], kernel[2], channels, kernel[0] / channels};
  return {.shapes = {file}, .dims = file, .order = {2, 3, 0, 1}};
}

/// A kernel (units, features) after an image (height, width, channels), which may have been a
/// convolution of the whole image in the file.
FileLayout dense(const Shape& kernel, const Shape& image, KernelLayout layout) {
  const int64_t units = kernel[0];
  if (layout == KernelLayout::hwio) {
    return {.shapes = {{kernel[1], units}, {image[0], image[1], image[2], units}},
            .dims = {kernel[1], units},
            .order = {1, 0}};
  }
  const Shape file{units, image[2], image[0], image[1]};
  return {.shapes = {kernel, file}, .dims = file, .order = {0, 2, 3, 1}};
}

/// The image whose pixels a node reads as a vector; (1, 1, features) if they come from no image.
Shape image_before(const Graph& graph, size_t node) {
  const Node& dense = graph.nodes()[node];
  size_t value = dense.inputs[0];
  // Activations and dropout keep the order of the features, as does what lies between.
  while (value > 0 && graph.value_shape(value).rank() == 1) {
    const Node& before = graph.nodes()[value - 1];
    if (before.layer->kind() == "flatten" && before.input_shapes[0].rank() == 3)
      return before.input_shapes[0];
    if (before.output_shape != before.input_shapes[0] || before.inputs.size() != 1 ||
        before.layer->kind() == "dense")
      break;
    value = before.inputs[0];
  }
  return {1, 1, dense.input_shapes[0][0]};
}

}  // namespace

FileLayout file_layout(const Graph& graph, size_t node, const ParameterSpec& parameter,
                       KernelLayout layout) {
  const Node& owner = graph.nodes()[node];
  const std::string_view kind = owner.layer->kind();
  if (parameter.shape.rank() == 1) return as_it_is(parameter.shape);
  if (kind == "conv2d") return convolution(parameter.shape, layout);
  if (kind == "depthwise_conv2d")
    return depthwise(parameter.shape, owner.input_shapes[0][2], layout);
  if (kind == "dense") return dense(parameter.shape, image_before(graph, node), layout);
  fail("[pretrained] {}: the layout of {} in files of other libraries is not known", owner.name,
       kind);
}

std::vector<float> permuted(std::span<const float> values, const Shape& dims,
                            std::span<const int> order) {
  // Of the four dimensions of the result, outermost first: size and distance in `values`.
  std::array<int64_t, 4> size{1, 1, 1, 1};
  std::array<int64_t, 4> step{0, 0, 0, 0};
  const size_t skipped = size.size() - order.size();
  for (size_t i = 0; i < order.size(); ++i) {
    size.at(skipped + i) = dims[order[i]];
    int64_t distance = 1;
    for (int axis = order[i] + 1; axis < dims.rank(); ++axis) distance *= dims[axis];
    step.at(skipped + i) = distance;
  }
  std::vector<float> result;
  result.reserve(values.size());
  for (int64_t a = 0; a < size[0]; ++a) {
    for (int64_t b = 0; b < size[1]; ++b) {
      for (int64_t c = 0; c < size[2]; ++c) {
        const int64_t begin = a * step[0] + b * step[1] + c * step[2];
        for (int64_t d = 0; d < size[3]; ++d)
          result.push_back(values[static_cast<size_t>(begin + d * step[3])]);
      }
    }
  }
  return result;
}

}  // namespace convlab
