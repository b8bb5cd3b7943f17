#include <array>

#include "nn/activations.h"
#include "nn/batch_norm.h"
#include "nn/conv2d.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/global_pool2d.h"
#include "zoo/blocks.h"
#include "zoo/builders.h"

namespace convlab {

namespace {

struct Separable {
  int64_t filters, stride;
};

/// The paper's table 1 after its first row.
constexpr std::array body{
    Separable{64, 1},  Separable{128, 2},  Separable{128, 1}, Separable{256, 2}, Separable{256, 1},
    Separable{512, 2}, Separable{512, 1},  Separable{512, 1}, Separable{512, 1}, Separable{512, 1},
    Separable{512, 1}, Separable{1024, 2}, Separable{1024, 1}};

size_t relu6(Graph& graph, size_t input) { return graph.add(std::make_unique<Relu6>(), {input}); }

/// Figure 3: a depthwise convolution, then a 1×1 convolution.
size_t separable(Graph& graph, size_t input, const Separable& block) {
  size_t value = graph.add(std::make_unique<DepthwiseConv2d>(
                               DepthwiseConv2dOptions{.stride = block.stride,
                                                      .padding = Padding::same,
                                                      .bias = false,
                                                      .initializer = Initializer::he_uniform}),
                           {input});
  value = relu6(graph, graph.add(std::make_unique<BatchNorm>(), {value}));
  return relu6(graph, conv_norm(graph, value, {.filters = block.filters, .kernel = 1}));
}

}  // namespace

// Howard et al. 2017 with width multiplier 1, as built by Keras: with ReLU6 and dropout of 0.001.
// Its last 1×1 convolution is a dense layer here, which is equivalent.
Graph mobilenet(const Shape& image, int64_t classes) {
  Graph graph(image);
  size_t value =
      relu6(graph, conv_norm(graph, 0, {.filters = 32, .stride = 2, .padding = Padding::same}));
  for (const Separable& block : body) value = separable(graph, value, block);
  value = graph.add(std::make_unique<GlobalAvgPool2d>(), {value});
  value = graph.add(std::make_unique<Dropout>(DropoutOptions{.rate = 1e-3}), {value});
  graph.add(std::make_unique<Dense>(DenseOptions{.units = classes}), {value});
  return graph;
}

}  // namespace convlab
