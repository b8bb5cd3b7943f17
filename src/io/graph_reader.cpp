#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/did_you_mean.h"
#include "core/error.h"
#include "io/graph_json.h"
#include "io/json_text.h"
#include "nn/registry.h"

namespace convlab {

namespace {

constexpr int64_t version = 1;
constexpr size_t max_layers = 10'000;
constexpr size_t max_inputs = 1'000;
constexpr size_t max_name = 200;
constexpr size_t max_listed = 30;  // max names in a message
constexpr int64_t max_parameters = int64_t{1} << 40;
constexpr const char* input_name = "input";

/// Whether a name has only ASCII letters, digits and underscores.
bool is_plain(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// Whether a UTF-8 name has no control characters (U+0000 to U+001F, U+007F to U+009F).
bool is_printable(std::string_view name) {
  for (size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && static_cast<unsigned char>(name[i + 1]) < 0xA0) return false;
  }
  return true;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

std::vector<std::string> known_kinds() {
  std::vector<std::string> names;
  for (const LayerKind& kind : layer_kinds()) names.emplace_back(kind.kind);
  return names;
}

/// Reads one document; keeps the values by name and the current position.
class GraphReader {
 public:
  GraphReader(std::string_view text, const std::string& where)
      : text_(text), where_(where), json_(parse_json(text, where)) {}

  Graph read() {
    constexpr std::array members{"version", "input", "normalization", "layers"};
    check_members(json_, "the document", members);
    if (json_.contains("version") && json_["version"] != version) {
      fail_at({"version"}, "the document has version ", json_["version"].dump(),
              "; this convlab reads version ", version);
    }
    const Json& input = needed(json_, "input", "the document");
    Graph graph = located({"input"}, [&] { return Graph(read_shape(input, "input")); });
    if (json_.contains("normalization")) read_normalization(graph, json_["normalization"]);
    const Json& layers = needed(json_, "layers", "the document");
    if (!layers.is_array() || layers.empty() || layers.size() > max_layers)
      fail_at({"layers"}, "the layers must be a list of 1 to ", max_layers);
    for (size_t i = 0; i < layers.size(); ++i) {
      at_ = {"layers", std::to_string(i)};
      add_layer(graph, layers[i]);
    }
    check_all_read(graph);
    return graph;
  }

 private:
  /// Throws Error with the position of a value below the current one.
  template <class... Parts>
  [[noreturn]] void fail_at(const JsonPath& below, const Parts&... parts) const {
    JsonPath path = at_;
    path.insert(path.end(), below.begin(), below.end());
    fail(where_, ", ", json_position(text_, json_, path), ": ", layer_, parts...);
  }

  /// Returns the result of `action`. Adds a position to its errors: that of the invalid option, or
  /// that of `below`.
  template <class Action>
  std::invoke_result_t<Action> located(const JsonPath& below, const Action& action) const {
    try {
      return action();
    } catch (const OptionError& error) {
      fail_at({"options", error.option}, error.what());
    } catch (const Error& error) {
      // Errors of Graph start with the layer's name, which the message already has.
      const std::string message = error.what();
      const bool told = !name_.empty() && message.starts_with(name_ + ": ");
      fail_at(below, told ? message.substr(name_.size() + 2) : message);
    }
  }

  void check_members(const Json& object, const char* what,
                     std::span<const char* const> known) const {
    if (!object.is_object()) fail_at({}, what, " must be an object {…}");
    for (const auto& [key, value] : object.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      const std::vector<std::string> names(known.begin(), known.end());
      fail_at({key}, what, " has no member ", in_quotes(key), did_you_mean(key, names),
              "; it has: ", joined(names));
    }
  }

  const Json& needed(const Json& object, const char* key, const char* what) const {
    const auto found = object.find(key);
    if (found == object.end()) fail_at({}, what, " lacks ", in_quotes(key));
    return *found;
  }

  void read_normalization(Graph& graph, const Json& json) {
    at_ = {"normalization"};
    constexpr std::array members{"scale", "offset"};
    check_members(json, "the normalization", members);
    InputNormalization normalization;
    for (const auto& [key, numbers] :
         {std::pair{"scale", &normalization.scale}, std::pair{"offset", &normalization.offset}}) {
      if (!json.contains(key)) continue;
      *numbers = read_numbers(json[key], key);
      located({key}, [&] { graph.set_normalization(normalization); });
    }
    at_.clear();
  }

  std::vector<float> read_numbers(const Json& json, const char* key) const {
    if (!json.is_array()) fail_at({key}, "the ", key, " must be a list of numbers");
    std::vector<float> numbers;
    for (const Json& number : json) {
      const JsonPath place{key, std::to_string(numbers.size())};
      if (!number.is_number()) fail_at(place, "the ", key, " must be a list of numbers");
      const auto value = number.get<double>();
      constexpr float max = std::numeric_limits<float>::max();
      if (std::abs(value) > max)
        fail_at(place, "a number of the ", key, " is beyond ", max, ", the largest float");
      numbers.push_back(static_cast<float>(value));
    }
    return numbers;
  }

  void add_layer(Graph& graph, const Json& json) {
    const size_t index = graph.nodes().size();
    layer_ = concat("layer ", index + 1, ": ");
    name_.clear();
    constexpr std::array members{"kind", "name", "options", "inputs", "frozen"};
    check_members(json, "it", members);
    if (json.contains("name")) read_name(json["name"]);
    const std::shared_ptr<const Layer> layer = read_kind(json);
    const std::vector<size_t> inputs =
        json.contains("inputs") ? read_inputs(json["inputs"]) : std::vector{index};
    located({}, [&] { graph.add(layer, inputs, name_); });
    const Node& node = graph.nodes().back();
    if (json.contains("frozen")) {
      if (!json["frozen"].is_boolean()) fail_at({"frozen"}, "\"frozen\" must be true or false");
      graph.set_frozen(index, json["frozen"].get<bool>());
    }
    values_.emplace(node.name, index + 1);
    located({}, [&] { count_parameters(node); });
    layer_.clear();
  }

  /// A layer whose output is not read would have no effect; probably a connection is missing.
  void check_all_read(const Graph& graph) {
    const auto& nodes = graph.nodes();
    std::vector<bool> read(nodes.size() + 1, false);
    for (const Node& node : nodes) {
      for (const size_t value : node.inputs) read[value] = true;
    }
    for (size_t i = 0; i + 1 < nodes.size(); ++i) {
      at_ = {"layers", std::to_string(i)};
      if (!read[i + 1]) {
        fail_at({}, "layer ", i + 1, " ", in_quotes(nodes[i].name),
                ": no layer reads its output, and it is not the last");
      }
    }
  }

  void read_name(const Json& json) {
    if (!json.is_string()) fail_at({"name"}, "its name must be a string");
    const auto& name = json.get_ref<const std::string&>();
    if (name.empty() || name.size() > max_name)
      fail_at({"name"}, "its name must have 1 to ", max_name, " bytes");
    layer_.replace(layer_.size() - 2, 2, concat(" ", in_quotes(name), ": "));
    if (!is_printable(name)) fail_at({"name"}, "its name must not have control characters");
    if (values_.contains(name))
      fail_at({"name"},
              "the name is already used: each layer needs a unique name and has its own weights");
    name_ = name;
  }

  std::unique_ptr<Layer> read_kind(const Json& json) const {
    const Json& given = needed(json, "kind", "it");
    if (!given.is_string()) fail_at({"kind"}, "its kind must be a string");
    const auto& name = given.get_ref<const std::string&>();
    const auto kinds = layer_kinds();
    const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                   [&](const LayerKind& known) { return known.kind == name; });
    if (kind == kinds.end())
      fail_at({"kind"}, "there is no layer ", in_quotes(name), did_you_mean(name, known_kinds()),
              "; known are: ", joined(known_kinds()));
    const Options options = json.contains("options") ? read_options(json["options"]) : Options{};
    return located({}, [&] { return kind->make(kind->kind, options); });
  }

  Options read_options(const Json& json) const {
    if (!json.is_object()) fail_at({"options"}, "its options must be an object {…}");
    Options options;
    for (const auto& [name, value] : json.items()) {
      const std::string what = concat("option ", in_quotes(name));
      if (!is_plain(name)) fail_at({"options", name}, "it has no ", what);
      options.emplace_back(name, located({"options", name}, [&, &json_value = value] {
                             return read_option_json(json_value, what);
                           }));
    }
    return options;
  }

  std::vector<size_t> read_inputs(const Json& json) const {
    const char* wanted = "its inputs must be a list of names";
    if (!json.is_array() || json.size() > max_inputs) fail_at({"inputs"}, wanted);
    std::vector<size_t> inputs;
    for (const Json& name : json) {
      const JsonPath place{"inputs", std::to_string(inputs.size())};
      if (!name.is_string()) fail_at(place, wanted);
      const auto found = values_.find(name.get_ref<const std::string&>());
      if (found == values_.end()) fail_input(place, name.get<std::string>());
      inputs.push_back(found->second);
    }
    return inputs;
  }

  /// Throws Error for an input that is not a preceding layer. Reports a reference to a later layer,
  /// which can be distinguished from a misspelt name only if that layer has an explicit name.
  [[noreturn]] void fail_input(const JsonPath& place, const std::string& name) const {
    const Json& layers = json_["layers"];
    const bool later = std::any_of(layers.begin(), layers.end(), [&](const Json& layer) {
      return layer.is_object() && layer.contains("name") && layer["name"] == name;
    });
    fail_at(place, "its input ", in_quotes(name), " is not a layer before it",
            later ? ", but the layer itself or a later one; layers cannot form a cycle" : "",
            values_.size() <= max_listed ? known_inputs(name) : "");
  }

  std::string known_inputs(const std::string& meant) const {
    std::vector<std::string> names(values_.size());
    for (const auto& [name, value] : values_) names[value] = name;
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + in_quotes(name);
    return concat(did_you_mean(meant, names), "; known are: ", text);
  }

  void count_parameters(const Node& node) {
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes))
      parameters_ += spec.shape.elements();
    if (parameters_ > max_parameters)
      fail("the network has more than ", max_parameters, " parameters up to here");
  }

  std::string_view text_;
  const std::string& where_;
  Json json_;
  JsonPath at_;        // path of the current layer, or the root
  std::string layer_;  // prefix of messages: "layer 3 "stem": ", or empty
  std::string name_;   // name of that layer, if the document has one
  std::map<std::string, size_t> values_{{input_name, 0}};
  int64_t parameters_ = 0;
};

}  // namespace

Graph parse_graph_json(std::string_view text, const std::string& where) {
  return GraphReader(text, where).read();
}

}  // namespace convlab
