#include "io/graph_json.h"

#include <map>
#include <utility>
#include <vector>

#include "core/error.h"
#include "io/json_text.h"
#include "nn/registry.h"

namespace convlab {

namespace {

constexpr int64_t version = 1;
constexpr size_t max_layers = 10'000;
constexpr size_t max_name = 200;
constexpr const char* input_name = "input";

std::vector<size_t> read_inputs(const Json& json, const std::map<std::string, size_t>& values,
                                const std::string& where) {
  if (!json.is_array()) fail(where, ": the inputs must be a list of names");
  std::vector<size_t> inputs;
  for (const Json& name : json) {
    if (!name.is_string()) fail(where, ": the inputs must be a list of names");
    const auto found = values.find(name.get_ref<const std::string&>());
    if (found == values.end())
      fail(where, ": its input ", in_quotes(name.get<std::string>()), " is no layer before it");
    inputs.push_back(found->second);
  }
  return inputs;
}

void add_layer(Graph& graph, const Json& json, std::map<std::string, size_t>& values,
               const std::string& file) {
  std::string where = concat(file, ": layer ", graph.nodes().size() + 1);
  const std::string name = string_member(json, "name", where);
  if (name.empty() || name.size() > max_name)
    fail(where, ": its name must have 1 to ", max_name, " bytes");
  where += " " + in_quotes(name);
  if (values.contains(name)) fail(where, ": the name is taken");
  const std::string kind = string_member(json, "kind", where);
  const Options options = read_options_json(member(json, "options", where), where);
  std::vector<size_t> inputs = read_inputs(member(json, "inputs", where), values, where);
  try {
    values.emplace(name, graph.add(make_layer(kind, options), std::move(inputs), name));
  } catch (const Error& error) {
    fail(where, ": ", error.what());
  }
}

}  // namespace

std::string graph_json(const Graph& graph) {
  std::vector<std::string> names{input_name};
  Json layers = Json::array();
  for (const Node& node : graph.nodes()) {
    if (node.name == input_name)
      fail("[graph] no layer of a file may be called ", in_quotes(input_name));
    Json inputs = Json::array();
    for (const size_t value : node.inputs) inputs.push_back(names[value]);
    layers.push_back({{"name", node.name},
                      {"kind", node.layer->kind()},
                      {"inputs", std::move(inputs)},
                      {"options", options_json(node.layer->options())}});
    names.push_back(node.name);
  }
  return dump_json({{"version", version},
                    {"input", shape_json(graph.input_shape())},
                    {"layers", std::move(layers)}});
}

Graph parse_graph_json(std::string_view text, const std::string& where) {
  const Json json = parse_json(text, where);
  const Json& given = member(json, "version", where);
  if (given != version) {
    fail(where, " has version ", given.dump(), "; this convlab reads version ", version);
  }
  const Shape input = read_shape(member(json, "input", where), where);
  if (input.rank() == 0 || input.elements() == 0)
    fail(where, ": the input shape ", input, " is empty");
  const Json& layers = member(json, "layers", where);
  if (!layers.is_array() || layers.empty() || layers.size() > max_layers) {
    fail(where, ": the layers must be a list of 1 to ", max_layers);
  }
  Graph graph(input);
  std::map<std::string, size_t> values{{input_name, 0}};
  for (const Json& layer : layers) add_layer(graph, layer, values, where);
  return graph;
}

}  // namespace convlab
