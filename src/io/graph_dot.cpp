#include "io/graph_dot.h"

#include <fmt/format.h>

#include "core/counted.h"

namespace convlab {

namespace {

/// Quotes a text for dot; line breaks become \n.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string label(const Node& node) {
  std::string text = node.name + "\n" + std::string(node.layer->kind());
  if (node.frozen) text += ", frozen";
  int64_t parameters = 0;
  for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes))
    parameters += spec.shape.elements();
  if (parameters > 0 && !node.frozen && node.learning_rate_factor != 1)
    text += fmt::format(", {:g} × learning rate", node.learning_rate_factor);
  if (parameters > 0) text += fmt::format(", {}", counted(parameters, "parameter"));
  return text + "\n" + node.output_shape.str();
}

}  // namespace

std::string graph_dot(const Graph& graph, const std::string& title) {
  std::string text =
      "digraph " + quoted(title) + " {\n  node [shape=box, fontname=\"sans-serif\"];\n";
  text +=
      fmt::format("  v0 [label={}, shape=oval];\n", quoted("input\n" + graph.input_shape().str()));
  size_t value = 0;
  for (const Node& node : graph.nodes()) {
    ++value;
    text += fmt::format("  v{} [label={}];\n", value, quoted(label(node)));
    for (const size_t input : node.inputs) text += fmt::format("  v{} -> v{};\n", input, value);
  }
  return text + "}\n";
}

}  // namespace convlab
