#include "zoo/blocks.h"

#include "nn/activations.h"
#include "nn/batch_norm.h"
#include "nn/dense.h"
#include "nn/dropout.h"

namespace convlab {

size_t conv_relu(Graph& graph, size_t input, Conv2dOptions options) {
  options.initializer = Initializer::he_uniform;
  const size_t conv = graph.add(std::make_unique<Conv2d>(options), {input});
  return graph.add(std::make_unique<Relu>(), {conv});
}

size_t conv_norm(Graph& graph, size_t input, Conv2dOptions options) {
  options.bias = false;
  options.initializer = Initializer::he_uniform;
  const size_t conv = graph.add(std::make_unique<Conv2d>(options), {input});
  return graph.add(std::make_unique<BatchNorm>(), {conv});
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
