#include "pretrained/load_pretrained.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "core/find_named.h"
#include "core/quoted.h"
#include "pretrained/file_layout.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

/// A parameter of a network and the tensor of a file that holds it.
struct Wanted {
  std::string name;  ///< in the file
  FileLayout layout;
  size_t node = 0;
  bool is_kernel = false;
};

const std::string& suffix_of(const TensorNaming& naming, std::string_view kind,
                             const std::string& parameter) {
  auto found = naming.parameters.find(fmt::format("{}.{}", kind, parameter));
  if (found == naming.parameters.end()) found = naming.parameters.find(parameter);
  if (found == naming.parameters.end())
    fail("[pretrained] no name is known for {} of {}", parameter, kind);
  return found->second;
}

/// Returns the tensors of all parameters, in the order of Network::parameters.
std::vector<Wanted> wanted_tensors(const Graph& graph, const LayerNaming& naming) {
  std::vector<Wanted> wanted;
  size_t layer = 0;
  for (size_t node = 0; node < graph.nodes().size(); ++node) {
    const Node& each = graph.nodes()[node];
    const auto parameters = each.layer->parameters(each.input_shapes);
    if (parameters.empty()) continue;
    if (layer == naming.layers.size())
      fail("[pretrained] {} has no name; {} were given", each.name, counted(layer, "name"));
    for (const ParameterSpec& parameter : parameters) {
      wanted.push_back({.name = naming.layers[layer] +
                                suffix_of(naming.naming, each.layer->kind(), parameter.name),
                        .layout = file_layout(graph, node, parameter, naming.naming.layout),
                        .node = node,
                        .is_kernel = parameter.shape.rank() > 1});
    }
    ++layer;
  }
  return wanted;
}

using EntriesByName = std::map<std::string_view, const SafeTensorEntry*>;

EntriesByName by_name(const SafeTensorsHeader& header) {
  EntriesByName entries;
  for (const SafeTensorEntry& entry : header.tensors) entries.emplace(entry.name, &entry);
  return entries;
}

std::vector<std::string> missing_names(std::span<const Wanted> wanted,
                                       const EntriesByName& entries) {
  std::vector<std::string> missing;
  for (const Wanted& tensor : wanted) {
    if (!entries.contains(tensor.name)) missing.push_back(in_quotes(tensor.name));
  }
  return missing;
}

/// Returns the tensors in the naming of which the file has most.
std::vector<Wanted> best_match(const Graph& graph, const WeightSet& set,
                               const EntriesByName& entries) {
  std::vector<Wanted> best;
  size_t fewest = 0;
  for (const LayerNaming& naming : set.namings) {
    std::vector<Wanted> wanted = wanted_tensors(graph, naming);
    const size_t missing = missing_names(wanted, entries).size();
    if (!best.empty() && missing >= fewest) continue;
    best = std::move(wanted);
    fewest = missing;
  }
  return best;
}

[[noreturn]] void fail_missing(const std::vector<std::string>& missing, size_t wanted,
                               const WeightSet& set, const std::string& source) {
  fail("[weights] {} lacks {} of the {} of {}: {}", source, missing.size(),
       counted(wanted, "tensor"), set.name, fmt::join(missing, ", "));
}

bool is_float(const SafeTensorEntry& entry) {
  return entry.dtype == "F32" || entry.dtype == "F16" || entry.dtype == "BF16";
}

/// Throws Error that names all tensors that cannot be read as what is wanted.
void check_entries(std::span<const Wanted> wanted, const EntriesByName& entries,
                   const std::string& source) {
  std::vector<std::string> wrong;
  for (const Wanted& tensor : wanted) {
    const SafeTensorEntry& entry = *entries.at(tensor.name);
    const auto& shapes = tensor.layout.shapes;
    const bool fits = std::find(shapes.begin(), shapes.end(), entry.shape) != shapes.end();
    if (fits && is_float(entry)) continue;
    wrong.push_back(fmt::format("{} is {} {}, expected F32, F16 or BF16 {}", in_quotes(tensor.name),
                                entry.dtype, entry.shape, shapes.front()));
  }
  if (!wrong.empty()) {
    fail("[weights] {}: {} another type or shape: {}", source,
         wrong.size() == 1 ? "a tensor has" : counted(wrong.size(), "tensor") + " have",
         fmt::join(wrong, "; "));
  }
}

/// Returns the tensors of a file that hold the parameters of a network. Throws Error that names all
/// that are missing or cannot be read.
std::vector<Wanted> find_tensors(const Graph& graph, const WeightSet& set,
                                 const EntriesByName& entries, const std::string& source) {
  std::vector<Wanted> wanted = best_match(graph, set, entries);
  if (const auto missing = missing_names(wanted, entries); !missing.empty())
    fail_missing(missing, wanted.size(), set, source);
  check_entries(wanted, entries, source);
  return wanted;
}

/// Reverses the three values of each pixel, the last dimension of a kernel.
void reverse_channels(std::vector<float>& kernel) {
  for (size_t i = 0; i + 2 < kernel.size(); i += 3) std::swap(kernel[i], kernel[i + 2]);
}

bool reads_image(const Graph& graph, const Wanted& tensor) {
  return tensor.is_kernel && graph.nodes()[tensor.node].inputs[0] == 0;
}

/// Reversing the channels of the first kernel is the same as reversing those of the image only if a
/// convolution alone reads the image.
void check_first_layer(const Graph& graph, const WeightSet& set) {
  for (const Node& node : graph.nodes()) {
    const bool reads = std::find(node.inputs.begin(), node.inputs.end(), 0) != node.inputs.end();
    if (!reads) continue;
    const auto parameters = node.layer->parameters(node.input_shapes);
    if (node.layer->kind() != "conv2d" || parameters[0].shape[3] != 3)
      fail(
          "[pretrained] {}: channels in the order blue, green, red need a conv2d without groups "
          "as the first layer",
          set.name);
  }
}

}  // namespace

std::vector<const WeightSet*> find_weight_sets(std::string_view name) {
  std::vector<const WeightSet*> found;
  for (const WeightSet& set : weight_sets()) {
    if (set.name == name) return {&set};
    if (set.model == name) found.push_back(&set);
  }
  if (found.empty()) find_named("pretrained network", name, weight_sets(), &WeightSet::name);
  return found;
}

Graph pretrained_graph(const WeightSet& set, NetworkPart part) {
  if (part == NetworkPart::whole && !set.head) {
    fail("[weights] {} has no classifier: its file holds the layers up to {} alone", set.name,
         set.body);
  }
  Graph graph = find_model(set.model).build(set.image, set.classes);
  graph.set_normalization(set.preprocessing.normalization());
  if (set.preprocessing.bgr) check_first_layer(graph, set);
  if (part == NetworkPart::whole) return graph;
  const auto& nodes = graph.nodes();
  const Node& last = find_named("layer", set.body, nodes, &Node::name);
  return graph.subgraph(0, static_cast<size_t>(&last - nodes.data()));
}

const WeightSet& match_weight_set(std::span<const WeightSet* const> sets, NetworkPart part,
                                  const SafeTensorsHeader& header, const std::string& source) {
  const EntriesByName entries = by_name(header);
  const WeightSet* best = nullptr;
  std::vector<std::string> fewest;
  size_t wanted_by_best = 0;
  for (const WeightSet* set : sets) {
    const Graph graph = pretrained_graph(*set, set->head ? part : NetworkPart::body);
    const std::vector<Wanted> wanted = best_match(graph, *set, entries);
    std::vector<std::string> missing = missing_names(wanted, entries);
    if (missing.empty()) return *set;
    if (best != nullptr && missing.size() >= fewest.size()) continue;
    best = set;
    fewest = std::move(missing);
    wanted_by_best = wanted.size();
  }
  if (sets.size() > 1 && fewest.size() == wanted_by_best) {
    std::vector<std::string_view> names;
    for (const WeightSet* set : sets) names.push_back(set->name);
    fail("[weights] {} has no tensor of {}", source, fmt::join(names, ", "));
  }
  fail_missing(fewest, wanted_by_best, *best, source);
}

const WeightSet& weight_set_of(const ByteSource& source) {
  std::vector<const WeightSet*> sets;
  for (const WeightSet& set : weight_sets()) sets.push_back(&set);
  return match_weight_set(sets, NetworkPart::body, read_safetensors_header(source), source.name());
}

std::vector<SafeTensorEntry> needed_tensors(const WeightSet& set, NetworkPart part,
                                            const SafeTensorsHeader& header,
                                            const std::string& source) {
  const EntriesByName entries = by_name(header);
  std::set<std::string> names;
  for (const Wanted& tensor : find_tensors(pretrained_graph(set, part), set, entries, source))
    names.insert(tensor.name);
  std::vector<SafeTensorEntry> needed;
  for (const SafeTensorEntry& entry : header.tensors) {
    if (names.contains(entry.name)) needed.push_back(entry);
  }
  return needed;
}

void load_pretrained(Network& network, const WeightSet& set, const ByteSource& source) {
  const SafeTensorsHeader header = read_safetensors_header(source);
  const EntriesByName entries = by_name(header);
  const Graph& graph = network.graph();
  const std::vector<Wanted> wanted = find_tensors(graph, set, entries, source.name());
  for (size_t i = 0; i < wanted.size(); ++i) {
    const Wanted& tensor = wanted[i];
    std::vector<float> values = permuted(read_floats(source, *entries.at(tensor.name)),
                                         tensor.layout.dims, tensor.layout.order);
    if (set.preprocessing.bgr && reads_image(graph, tensor)) reverse_channels(values);
    if (!std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); })) {
      fail("[weights] {}: tensor {} holds values that are not finite", source.name(),
           in_quotes(tensor.name));
    }
    const Parameter& parameter = network.parameters()[i];
    network.backend().upload(values.data(), parameter.value);
  }
  network.values_changed();
}

}  // namespace convlab
