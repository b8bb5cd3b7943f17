#include "nn/random_graph.h"

#include <memory>
#include <vector>

#include "nn/activations.h"
#include "nn/batch_norm.h"
#include "nn/conv2d.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/pool2d.h"
#include "nn/test_layers.h"

namespace convlab {

namespace {

/// Returns a shape-preserving layer of a random kind that accepts `shape`.
std::unique_ptr<Layer> random_layer(Random& random, const Shape& shape) {
  const int64_t channels = shape[shape.rank() - 1];
  switch (random.below(shape.rank() == 3 ? 7 : 6)) {
    case 0:
      if (shape.rank() == 1) return std::make_unique<Dense>(DenseOptions{.units = channels});
      return std::make_unique<Conv2d>(Conv2dOptions{.filters = channels, .padding = Padding::same});
    case 1:
      return std::make_unique<Relu>();
    case 2:
      return std::make_unique<Dropout>(DropoutOptions{.rate = 0.25});
    case 3:
      return std::make_unique<Identity>();
    case 4:
      return std::make_unique<Sum>();
    case 5:
      return std::make_unique<BatchNorm>();
    default:
      return std::make_unique<MaxPool2d>(
          Pool2dOptions{.window = 2, .stride = 1, .padding = Padding::same});
  }
}

}  // namespace

Graph random_graph(Random& random, const Shape& shape) {
  Graph graph(shape);
  const auto any_value = [&] {
    const size_t count = graph.nodes().size() + 1;
    const size_t back = random.below(random.below(2) == 0 ? 1 : 4);
    return back < count ? count - 1 - back : 0;
  };
  const size_t layers = 3 + random.below(12);
  for (size_t i = 0; i < layers; ++i) {
    std::unique_ptr<Layer> layer = random_layer(random, shape);
    std::vector<size_t> inputs{any_value()};
    while (layer->kind() == "sum" && inputs.size() < 4 && random.below(3) != 0) {
      inputs.push_back(any_value());
    }
    graph.add(std::move(layer), inputs);
  }
  graph.add(std::make_unique<Sum>(), {any_value(), any_value(), graph.nodes().size()});
  return graph;
}

std::string describe(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes()) {
    text += "\n  " + node.name + " reads";
    for (const size_t value : node.inputs) {
      text += " " + (value == 0 ? "the input" : graph.nodes()[value - 1].name);
    }
  }
  return text;
}

}  // namespace convlab
