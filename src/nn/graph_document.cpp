#include "nn/graph_document.h"

#include <utility>

#include "core/error.h"
#include "core/quoted.h"

namespace convlab {

std::string Problem::option() const {
  return path.size() == 2 && path[0] == "options" ? path[1] : "";
}

std::string Problem::text() const { return where.empty() ? message : where + ": " + message; }

Graph build(const GraphDocument& document) {
  CheckedDocument checked = check(document);
  if (!checked.graph) fail("{}", checked.problems.front().text());
  return std::move(*checked.graph);
}

GraphDocument document_of(const Graph& graph) {
  const auto name_of = [&](size_t value) {
    return value == 0 ? std::string(GraphDocument::input_name) : graph.nodes()[value - 1].name;
  };
  GraphDocument document{
      .input = graph.input_shape(), .normalization = graph.normalization(), .layers = {}};
  for (const Node& node : graph.nodes()) {
    if (node.name == GraphDocument::input_name)
      fail("[graph] no layer of a file may be called {}", in_quotes(node.name));
    LayerDocument layer{.kind = std::string(node.layer->kind()),
                        .name = node.name,
                        .options = node.layer->options(),
                        .inputs = std::vector<std::string>(),
                        .frozen = node.frozen,
                        .learning_rate_factor = node.learning_rate_factor};
    for (const size_t value : node.inputs) layer.inputs->push_back(name_of(value));
    document.layers.push_back(std::move(layer));
  }
  return document;
}

}  // namespace convlab
