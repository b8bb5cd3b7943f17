#include "nn/activations.h"
#include "nn/conv2d.h"
#include "nn/dropout.h"
#include "nn/global_pool2d.h"
#include "nn/merge.h"
#include "nn/pool2d.h"
#include "zoo/builders.h"

namespace convlab {

namespace {

size_t conv_relu(Graph& graph, size_t input, int64_t filters, int64_t kernel, int64_t stride = 1) {
  const Padding padding = stride == 1 ? Padding::same : Padding::valid;
  const size_t conv =
      graph.add(std::make_unique<Conv2d>(Conv2dOptions{.filters = filters,
                                                       .kernel = kernel,
                                                       .stride = stride,
                                                       .padding = padding,
                                                       .initializer = Initializer::he_uniform}),
                {input});
  return graph.add(std::make_unique<Relu>(), {conv});
}

/// The fire module of section 3.1: a few 1×1 filters, then the same number of 1×1 and 3×3 filters
/// in parallel.
size_t fire(Graph& graph, size_t input, int64_t squeeze, int64_t expand) {
  const size_t squeezed = conv_relu(graph, input, squeeze, 1);
  const size_t narrow = conv_relu(graph, squeezed, expand, 1);
  const size_t wide = conv_relu(graph, squeezed, expand, 3);
  return graph.add(std::make_unique<Concat>(), {narrow, wide});
}

size_t pool(Graph& graph, size_t input) {
  return graph.add(
      std::make_unique<MaxPool2d>(Pool2dOptions{.window = 3, .stride = 2, .ceil_mode = true}),
      {input});
}

}  // namespace

// Version 1.1 pools earlier and starts with fewer, smaller filters than the network of the paper;
// it needs less than half the arithmetic (github.com/forresti/SqueezeNet, SqueezeNet_v1.1).
Graph squeezenet(const Shape& image, int64_t classes) {
  Graph graph(image);
  size_t value = pool(graph, conv_relu(graph, 0, 64, 3, 2));
  value = fire(graph, value, 16, 64);
  value = pool(graph, fire(graph, value, 16, 64));
  value = fire(graph, value, 32, 128);
  value = pool(graph, fire(graph, value, 32, 128));
  value = fire(graph, value, 48, 192);
  value = fire(graph, value, 48, 192);
  value = fire(graph, value, 64, 256);
  value = fire(graph, value, 64, 256);
  value = graph.add(std::make_unique<Dropout>(DropoutOptions{.rate = 0.5}), {value});
  value = conv_relu(graph, value, classes, 1);
  graph.add(std::make_unique<GlobalAvgPool2d>(), {value});
  return graph;
}

}  // namespace convlab
