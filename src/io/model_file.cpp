#include "io/model_file.h"

#include <fmt/format.h>
#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <variant>

#include "core/error.h"
#include "core/quoted.h"
#include "core/utf8.h"
#include "io/graph_json.h"
#include "io/json_text.h"
#include "io/tensors.h"

namespace convlab {

namespace {

std::vector<NamedShape> parameter_shapes(const Graph& graph) {
  std::vector<NamedShape> shapes;
  for (const Node& node : graph.nodes()) {
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes)) {
      shapes.push_back({node.name + "." + spec.name, spec.shape});
    }
  }
  return shapes;
}

TrainingInfo parse_training(std::string_view text, const std::string& where) {
  const Json json = parse_json(text, where);
  TrainingInfo training;
  // Names are shown in a terminal, so control characters are escaped.
  training.model = escaped_utf8(string_member(json, "model", where));
  training.data = escaped_utf8(string_member(json, "data", where));
  const Json& names = member(json, "class_names", where);
  const auto is_string = [](const Json& name) { return name.is_string(); };
  if (!names.is_array() || !std::all_of(names.begin(), names.end(), is_string)) {
    fail("{}: class_names must be a list of strings", where);
  }
  for (const Json& name : names)
    training.class_names.push_back(escaped_utf8(name.get<std::string>()));
  training.options = read_options_json(member(json, "options", where), where);
  for (auto& [name, value] : training.options) {
    if (auto* string = std::get_if<std::string>(&value)) *string = escaped_utf8(*string);
  }
  return training;
}

Graph parse_architecture(const SafeTensors& parsed, const std::string& where) {
  const auto found = parsed.metadata.find(architecture_key);
  if (found == parsed.metadata.end()) {
    fail("{} has no {} in its metadata; expected a file written by convlab", where,
         in_quotes(architecture_key));
  }
  const std::string inner = fmt::format("{}: the architecture", where);
  Graph graph = parse_graph_json(found->second, inner);
  try {
    match_tensors(parameter_shapes(graph), parsed.tensors, where);
  } catch (const Error& error) {
    const std::string message = error.what();
    fail("{}", message.starts_with(where) ? message : fmt::format("{}: {}", inner, message));
  }
  return graph;
}

}  // namespace

std::vector<uint8_t> model_bytes(const Network& network, const TrainingInfo& training) {
  SafeTensors file;
  file.metadata = model_metadata(network.graph(), training);
  std::vector<std::unique_ptr<ReadBack>> reads;  // own the data that the tensors point to
  add_parameters(file, reads, network);
  return safetensors_bytes(file);
}

TrainingInfo training_info(const SafeTensors& file, const std::string& where) {
  const auto found = file.metadata.find(training_key);
  if (found == file.metadata.end()) return {};
  return parse_training(found->second, where + ": the training information");
}

ModelFile parse_model(std::vector<uint8_t> bytes, const std::string& source) {
  SafeTensors parsed = parse_safetensors(bytes, source);
  const std::string where = "[model] " + source;
  if (parsed.metadata.contains(run_key)) {
    std::erase_if(parsed.tensors,
                  [](const SafeTensor& tensor) { return tensor.name.starts_with(state_prefix); });
  }
  Graph graph = parse_architecture(parsed, where);
  TrainingInfo training = training_info(parsed, where);
  // Moving `bytes` does not move their memory, so the tensors' data remains valid.
  return {source, std::move(bytes), std::move(parsed.tensors), std::move(graph),
          std::move(training)};
}

std::string text_option(const TrainingInfo& training, std::string_view name,
                        const std::string& where) {
  constexpr size_t max_bytes = 1000;
  const auto found = std::ranges::find(training.options, name, &Options::value_type::first);
  if (found == training.options.end()) return {};
  const auto* text = std::get_if<std::string>(&found->second);
  if (text == nullptr || text->size() > max_bytes) {
    fail("{}: the training information: {} must be a text of at most {} bytes", where, name,
         max_bytes);
  }
  return *text;
}

std::string trained_data(std::span<const uint8_t> bytes, const std::string& source) {
  return training_info(parse_safetensors(bytes, source), "[model] " + source).data;
}

void load_weights(Network& network, const ModelFile& file) {
  std::vector<NamedShape> wanted;
  for (const Parameter& parameter : network.parameters())
    wanted.push_back({parameter.name, parameter.value.shape});
  const std::vector<const SafeTensor*> tensors =
      match_tensors(wanted, file.tensors, "[model] " + file.source);
  for (size_t i = 0; i < tensors.size(); ++i) {
    network.backend().upload(tensors[i]->data.data(), network.parameters()[i].value);
  }
  network.values_changed();
}

}  // namespace convlab
