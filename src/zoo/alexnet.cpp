#include "nn/activations.h"
#include "nn/dense.h"
#include "nn/flatten.h"
#include "nn/local_response_norm.h"
#include "nn/pool2d.h"
#include "zoo/blocks.h"
#include "zoo/builders.h"

namespace convlab {

namespace {

size_t norm(Graph& graph, size_t input) {
  return graph.add(std::make_unique<LocalResponseNorm>(), {input});
}

/// Overlapping pooling windows (Krizhevsky et al. 2012, section 3.4).
size_t pool(Graph& graph, size_t input, Padding padding = Padding::valid) {
  return graph.add(
      std::make_unique<MaxPool2d>(Pool2dOptions{.window = 3, .stride = 2, .padding = padding}),
      {input});
}

/// The three dense layers at the end.
void classify(Graph& graph, size_t input, int64_t classes) {
  size_t value = graph.add(std::make_unique<Flatten>(), {input});
  for (int i = 0; i < 2; ++i) value = dense_relu_dropout(graph, value, 4096, 0.5);
  graph.add(std::make_unique<Dense>(DenseOptions{.units = classes}), {value});
}

}  // namespace

// As in the paper; the layers that it splits over two GPUs have two groups. As in Caffe, images
// have 227×227 pixels, which gives the layer sizes of the paper.
Graph alexnet(const Shape& image, int64_t classes) {
  Graph graph(image);
  size_t value = conv_relu(graph, 0, {.filters = 96, .kernel = 11, .stride = 4});
  value = pool(graph, norm(graph, value));
  value =
      conv_relu(graph, value, {.filters = 256, .kernel = 5, .padding = Padding::same, .groups = 2});
  value = pool(graph, norm(graph, value));
  value = conv_relu(graph, value, {.filters = 384, .padding = Padding::same});
  value = conv_relu(graph, value, {.filters = 384, .padding = Padding::same, .groups = 2});
  value = conv_relu(graph, value, {.filters = 256, .padding = Padding::same, .groups = 2});
  classify(graph, pool(graph, value), classes);
  return graph;
}

// Figure 3 of the paper: AlexNet with a smaller kernel and stride in the first layer, without
// groups. The contrast normalisation is that of Krizhevsky et al., as in most implementations.
Graph zfnet(const Shape& image, int64_t classes) {
  Graph graph(image);
  size_t value =
      conv_relu(graph, 0, {.filters = 96, .kernel = 7, .stride = 2, .padding = Padding::same});
  value = norm(graph, pool(graph, value, Padding::same));
  value = conv_relu(graph, value, {.filters = 256, .kernel = 5, .stride = 2});
  value = norm(graph, pool(graph, value, Padding::same));
  for (const int64_t filters : {384, 384, 256})
    value = conv_relu(graph, value, {.filters = filters, .padding = Padding::same});
  classify(graph, pool(graph, value), classes);
  return graph;
}

}  // namespace convlab
