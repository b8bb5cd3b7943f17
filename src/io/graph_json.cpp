#include "io/graph_json.h"

#include <utility>
#include <vector>

#include "core/error.h"
#include "io/json_text.h"

namespace convlab {

namespace {

constexpr int64_t version = 1;
constexpr const char* input_name = "input";

/// Returns the members of a layer. Unless `complete`, omits empty options, and inputs if the layer
/// reads the preceding one.
Json layer_json(const Graph& graph, size_t index, bool complete) {
  const Node& node = graph.nodes()[index];
  if (node.name == input_name)
    fail("[graph] no layer of a file may be called ", in_quotes(input_name));
  Json json{{"name", node.name}, {"kind", node.layer->kind()}};
  if (complete || node.inputs != std::vector{index}) {
    Json& inputs = json["inputs"] = Json::array();
    for (const size_t value : node.inputs)
      inputs.push_back(value == 0 ? input_name : graph.nodes()[value - 1].name);
  }
  const Options options = node.layer->options();
  if (complete || !options.empty()) json["options"] = options_json(options);
  if (node.frozen) json["frozen"] = true;
  return json;
}

/// Returns the member "normalization", null if it is the default.
Json normalization_json(const Graph& graph) {
  const InputNormalization& normalization = graph.normalization();
  if (normalization == InputNormalization{}) return nullptr;
  return {{"scale", normalization.scale}, {"offset", normalization.offset}};
}

/// Returns `json` on one line, with a space after each comma and colon.
std::string spaced(const Json& json) {
  if (!json.is_structured()) return dump_json(json);
  std::string text;
  for (const auto& [key, value] : json.items()) {
    if (!text.empty()) text += ", ";
    if (json.is_object()) text += dump_json(key) + ": ";
    text += spaced(value);
  }
  return json.is_object() ? "{" + text + "}" : "[" + text + "]";
}

}  // namespace

std::string graph_json(const Graph& graph) {
  Json layers = Json::array();
  for (size_t i = 0; i < graph.nodes().size(); ++i) layers.push_back(layer_json(graph, i, true));
  Json json{{"version", version}, {"input", shape_json(graph.input_shape())}};
  if (Json normalization = normalization_json(graph); !normalization.is_null())
    json["normalization"] = std::move(normalization);
  json["layers"] = std::move(layers);
  return dump_json(json);
}

std::string graph_document(const Graph& graph) {
  std::string text = concat("{\n  \"version\": ", version,
                            ",\n  \"input\": ", spaced(shape_json(graph.input_shape())));
  if (const Json normalization = normalization_json(graph); !normalization.is_null())
    text += ",\n  \"normalization\": " + spaced(normalization);
  text += ",\n  \"layers\": [";
  for (size_t i = 0; i < graph.nodes().size(); ++i)
    text += (i == 0 ? "\n    " : ",\n    ") + spaced(layer_json(graph, i, false));
  return text + "\n  ]\n}\n";
}

}  // namespace convlab
