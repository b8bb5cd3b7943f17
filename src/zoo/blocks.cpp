#include "zoo/blocks.h"

#include "nn/activations.h"
#include "nn/dense.h"
#include "nn/dropout.h"

namespace convlab {

size_t conv_relu(Graph& graph, size_t input, Conv2dOptions options) {
  options.initializer = Initializer::he_uniform;
  const size_t conv = graph.add(std::make_unique<Conv2d>(options), {input});
  return graph.add(std::make_unique<Relu>(), {conv});
}

Conv2dOptions padded_equally(int64_t filters, int64_t kernel, int64_t stride) {
  const int64_t pad = kernel / 2;
  return {.filters = filters,
          .kernel = kernel,
          .stride = stride,
          .padding = Padding::explicit_,
          .pad_top = pad,
          .pad_bottom = pad,
          .pad_left = pad,
          .pad_right = pad};
}

size_t conv_norm(Graph& graph, size_t input, Conv2dOptions options, const BatchNormOptions& norm) {
  options.bias = false;
  options.initializer = Initializer::he_uniform;
  const size_t conv = graph.add(std::make_unique<Conv2d>(options), {input});
  return graph.add(std::make_unique<BatchNorm>(norm), {conv});
}

size_t conv_norm_relu(Graph& graph, size_t input, Conv2dOptions options) {
  return graph.add(std::make_unique<Relu>(), {conv_norm(graph, input, options)});
}

size_t dense_relu_dropout(Graph& graph, size_t input, int64_t units, double rate) {
  const DenseOptions dense{.units = units, .initializer = Initializer::he_uniform};
  const size_t product = graph.add(std::make_unique<Dense>(dense), {input});
  const size_t active = graph.add(std::make_unique<Relu>(), {product});
  return graph.add(std::make_unique<Dropout>(DropoutOptions{.rate = rate}), {active});
}

}  // namespace convlab
