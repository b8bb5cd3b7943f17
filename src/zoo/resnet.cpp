#include "nn/activations.h"
#include "nn/dense.h"
#include "nn/global_pool2d.h"
#include "nn/merge.h"
#include "nn/pool2d.h"
#include "zoo/blocks.h"
#include "zoo/builders.h"

namespace convlab {

namespace {

size_t add_relu(Graph& graph, size_t a, size_t b) {
  const size_t sum = graph.add(std::make_unique<Add>(), {a, b});
  return graph.add(std::make_unique<Relu>(), {sum});
}

size_t conv(Graph& graph, size_t input, int64_t filters, int64_t kernel, int64_t stride) {
  return conv_norm(graph, input, padded_equally(filters, kernel, stride), {.epsilon = 1e-5});
}

/// He et al. 2015, figure 2: two convolutions and a shortcut, which is a 1×1 convolution if the
/// shape changes (option B).
size_t basic_block(Graph& graph, size_t input, int64_t filters, int64_t stride) {
  const size_t first =
      graph.add(std::make_unique<Relu>(), {conv(graph, input, filters, 3, stride)});
  const size_t second = conv(graph, first, filters, 3, 1);
  const bool changes = stride != 1 || graph.value_shape(input)[2] != filters;
  const size_t around = changes ? conv(graph, input, filters, 1, stride) : input;
  return add_relu(graph, second, around);
}

/// ResNet-9 with `filters` in the first convolution.
Graph resnet9_of_width(const Shape& image, int64_t classes, int64_t filters) {
  Graph graph(image);
  const auto active = [&graph](size_t input, int64_t count) {
    return conv_norm_relu(graph, input, {.filters = count, .padding = Padding::same});
  };
  const auto pooled = [&](size_t input, int64_t count) {
    return graph.add(std::make_unique<MaxPool2d>(), {active(input, count)});
  };
  const auto residual = [&](size_t input, int64_t count) {
    return graph.add(std::make_unique<Add>(), {active(active(input, count), count), input});
  };
  size_t value = active(0, filters);
  value = residual(pooled(value, 2 * filters), 2 * filters);
  value = pooled(value, 4 * filters);
  value = residual(pooled(value, 8 * filters), 8 * filters);
  value = graph.add(std::make_unique<GlobalMaxPool2d>(), {value});
  graph.add(std::make_unique<Dense>(DenseOptions{.units = classes, .bias = false}), {value});
  return graph;
}

}  // namespace

// Page 2018, "How to train your ResNet", the final backbone, without the constant factor on the
// logits. Its last pooling is global: 4×4 pixels for images of 32×32.
Graph resnet9(const Shape& image, int64_t classes) { return resnet9_of_width(image, classes, 64); }

Graph resnet9_narrow(const Shape& image, int64_t classes) {
  return resnet9_of_width(image, classes, 32);
}

// He et al. 2015, table 1, with the padding and epsilon of the authors and torchvision, whose
// weights need them.
Graph resnet18(const Shape& image, int64_t classes) {
  Graph graph(image);
  size_t value = graph.add(std::make_unique<Relu>(), {conv(graph, 0, 64, 7, 2)});
  value = graph.add(std::make_unique<MaxPool2d>(Pool2dOptions{.window = 3,
                                                              .stride = 2,
                                                              .padding = Padding::explicit_,
                                                              .pad_top = 1,
                                                              .pad_bottom = 1,
                                                              .pad_left = 1,
                                                              .pad_right = 1}),
                    {value});
  for (const int64_t filters : {64, 128, 256, 512}) {
    value = basic_block(graph, value, filters, filters == 64 ? 1 : 2);
    value = basic_block(graph, value, filters, 1);
  }
  value = graph.add(std::make_unique<GlobalAvgPool2d>(), {value});
  graph.add(std::make_unique<Dense>(DenseOptions{.units = classes}), {value});
  return graph;
}

}  // namespace convlab
