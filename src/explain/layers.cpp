#include "explain/layers.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "core/error.h"
#include "core/find_named.h"
#include "nn/conv2d.h"

namespace convlab {

namespace {

/// Whether an output has height and width, more than one pixel.
bool has_size(const Shape& output) { return output.rank() == 3 && output[0] * output[1] > 1; }

bool is_convolution(const Node& node) {
  return dynamic_cast<const Convolution*>(node.layer.get()) != nullptr;
}

std::optional<size_t> find_default(const ScoredNetwork& network) {
  const auto& nodes = network.graph().nodes();
  std::optional<size_t> found;
  for (size_t i = 0; i < network.scores_value(); ++i) {
    const Shape& output = nodes[i].output_shape;
    if (!has_size(output)) continue;
    const bool continues = found && !nodes[i].layer->is_view(Mode::eval) &&
                           output[0] == nodes[*found].output_shape[0] &&
                           output[1] == nodes[*found].output_shape[1];
    if (is_convolution(nodes[i]) || continues) found = i;
  }
  return found;
}

/// Returns the shape (filters, height, width, channels) of the filters of a node; (): it has none.
Shape filter_shape(const Graph& graph, const Node& node) {
  const auto parameters = node.layer->parameters(node.input_shapes);
  if (parameters.empty()) return {};
  const Shape& kernel = parameters[0].shape;
  if (is_convolution(node)) return kernel;
  const Shape& image = graph.input_shape();
  const bool reads_image = image.rank() == 3 && node.layer->kind() == "dense" &&
                           node.input_shapes[0].elements() == image.elements() &&
                           kernel[1] == image.elements();
  return reads_image ? image.with_batch(kernel[0]) : Shape();
}

size_t first_with_filters(const Graph& graph) {
  const auto& nodes = graph.nodes();
  const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const Node& node) {
    return filter_shape(graph, node).rank() == 4;
  });
  if (found == nodes.end()) fail("[explain] the network has no layer whose weights are filters");
  return static_cast<size_t>(found - nodes.begin());
}

}  // namespace

size_t find_layer(const Graph& graph, const std::string& layer) {
  const auto& nodes = graph.nodes();
  return static_cast<size_t>(&find_named("layer", layer, nodes, &Node::name) - nodes.data());
}

size_t first_convolution(const Graph& graph) {
  const auto& nodes = graph.nodes();
  const auto found = std::find_if(nodes.begin(), nodes.end(), is_convolution);
  if (found == nodes.end()) fail("[explain] the network has no convolution");
  return static_cast<size_t>(found - nodes.begin());
}

size_t default_layer(const ScoredNetwork& network) {
  const std::optional<size_t> found = find_default(network);
  if (!found) {
    fail(
        "[explain] the network has no convolution whose output has more than one pixel; name a "
        "layer whose output has");
  }
  return *found;
}

void check_has_size(const ScoredNetwork& network, size_t node) {
  const auto& nodes = network.graph().nodes();
  if (has_size(nodes[node].output_shape)) return;
  const std::optional<size_t> better = find_default(network);
  fail(
      "[explain] layer {} has an output of shape {}; expected a height and width, more than one "
      "pixel{}{}",
      nodes[node].name, nodes[node].output_shape, better ? ", as that of " : "",
      better ? nodes[*better].name : "");
}

LayerFilters layer_filters(const Network& network, const std::string& layer) {
  const Graph& graph = network.graph();
  const size_t index = layer.empty() ? first_with_filters(graph) : find_layer(graph, layer);
  const Node& node = graph.nodes()[index];
  const Shape shape = filter_shape(graph, node);
  if (shape.rank() != 4) {
    fail(
        "[explain] layer {} is a {}; expected a convolution, or a dense layer that reads the image",
        node.name, node.layer->kind());
  }
  const auto read = network.backend().read_back(network.parameters_of(index)[0].value);
  return {.layer = node.name,
          .count = shape[0],
          .height = shape[1],
          .width = shape[2],
          .channels = shape[3],
          .weights = {read->values().begin(), read->values().end()}};
}

FeatureMaps feature_maps(ScoredNetwork network, std::span<const uint8_t> pixels,
                         const std::string& layer) {
  const size_t node = layer.empty() ? default_layer(network) : find_layer(network.graph(), layer);
  const Node& found = network.graph().nodes()[node];
  return {.layer = found.name,
          .shape = found.output_shape,
          .values = network.forward(network.input_of(pixels), {.last_node = node})};
}

std::vector<FeatureMapSummary> summaries(const Shape& shape, std::span<const float> values) {
  const auto channels = static_cast<size_t>(shape[shape.rank() - 1]);
  const size_t pixels = values.size() / channels;
  const int64_t width = shape.rank() == 3 ? shape[1] : 1;
  std::vector<FeatureMapSummary> result;
  for (size_t c = 0; c < channels; ++c) {
    FeatureMapSummary summary{.min = values[c], .max = values[c]};
    double sum = 0;
    for (size_t p = 0; p < pixels; ++p) {
      const float value = values[p * channels + c];
      sum += value;
      summary.min = std::min(summary.min, value);
      if (value <= summary.max) continue;
      summary.max = value;
      summary.row = static_cast<int64_t>(p) / width;
      summary.column = static_cast<int64_t>(p) % width;
    }
    summary.mean = static_cast<float>(sum / static_cast<double>(pixels));
    summary.is_dead = summary.max <= 0;
    result.push_back(summary);
  }
  return result;
}

}  // namespace convlab
