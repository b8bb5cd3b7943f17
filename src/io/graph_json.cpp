#include "io/graph_json.h"

#include <fmt/format.h>
#include <algorithm>
#include <utility>
#include <vector>

#include "io/json_text.h"

namespace convlab {

namespace {

/// Returns the members of a layer, without inputs and options if they are null.
Json layer_json(const LayerDocument& layer, const std::vector<std::string>* inputs,
                const Options* options) {
  Json json = Json::object();
  if (!layer.name.empty()) json["name"] = layer.name;
  json["kind"] = layer.kind;
  if (inputs != nullptr) json["inputs"] = *inputs;
  if (options != nullptr) json["options"] = options_json(*options);
  if (layer.frozen) json["frozen"] = true;
  if (layer.learning_rate_factor != 1) json["learning_rate_factor"] = layer.learning_rate_factor;
  return json;
}

/// Returns the member "normalization", null if it is the default.
Json normalization_json(const InputNormalization& normalization) {
  if (normalization == InputNormalization{}) return nullptr;
  return {{"scale", normalization.scale}, {"offset", normalization.offset}};
}

/// Returns whether a layer's inputs are those that it has without a list.
bool reads_preceding(const GraphDocument& document, size_t index) {
  const LayerDocument& layer = document.layers[index];
  if (!layer.inputs) return true;
  if (layer.inputs->size() != 1) return false;
  const std::string& input = layer.inputs->front();
  return index == 0 ? input == GraphDocument::input_name
                    : !input.empty() && input == document.layers[index - 1].name;
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

std::string graph_json(const GraphDocument& document) {
  Json layers = Json::array();
  for (const LayerDocument& layer : document.layers)
    layers.push_back(layer_json(layer, layer.inputs ? &*layer.inputs : nullptr, &layer.options));
  Json json{{"version", graph_json_version}, {"input", shape_json(document.input)}};
  if (Json normalization = normalization_json(document.normalization); !normalization.is_null())
    json["normalization"] = std::move(normalization);
  json["layers"] = std::move(layers);
  return dump_json(json);
}

std::string graph_json(const Graph& graph) { return graph_json(document_of(graph)); }

std::string readable_graph_json(const GraphDocument& document) {
  std::string text = fmt::format("{{\n  \"version\": {},\n  \"input\": {}", graph_json_version,
                                 spaced(shape_json(document.input)));
  if (const Json normalization = normalization_json(document.normalization);
      !normalization.is_null())
    text += ",\n  \"normalization\": " + spaced(normalization);
  text += ",\n  \"layers\": [";
  for (size_t i = 0; i < document.layers.size(); ++i) {
    const LayerDocument& layer = document.layers[i];
    const Json json = layer_json(layer, reads_preceding(document, i) ? nullptr : &*layer.inputs,
                                 layer.options.empty() ? nullptr : &layer.options);
    text += (i == 0 ? "\n    " : ",\n    ") + spaced(json);
  }
  return text + "\n  ]\n}\n";
}

bool begins_as_document(std::span<const uint8_t> start) {
  constexpr size_t looked_at = 4096;
  start = start.first(std::min(start.size(), looked_at));
  const auto first = std::find_if_not(start.begin(), start.end(), [](uint8_t byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
  });
  return first != start.end() && *first == '{' &&
         std::find(start.begin(), start.end(), uint8_t{0}) == start.end();
}

}  // namespace convlab
