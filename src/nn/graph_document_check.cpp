#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "core/did_you_mean.h"
#include "core/error.h"
#include "core/quoted.h"
#include "core/utf8.h"
#include "nn/graph_document.h"
#include "nn/layer_names.h"
#include "nn/registry.h"

namespace convlab {

namespace {

constexpr size_t max_listed = 30;  // max names in a message

/// Whether a name has at most 64 bytes, all of them ASCII letters, digits and underscores.
bool is_plain(std::string_view name) {
  constexpr size_t max = 64;
  return name.size() <= max && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

/// Returns what is wrong with the characters of a name; nullptr if nothing is.
const char* wrong_characters(std::string_view name) {
  while (!name.empty()) {
    const Utf8Character character = first_character(name);
    if (!character.valid) return "its name must be UTF-8";
    if (is_control(character.code)) return "its name must not have control characters";
    name.remove_prefix(character.bytes);
  }
  return nullptr;
}

std::vector<std::string> known_kinds() {
  std::vector<std::string> names;
  for (const LayerKind& kind : layer_kinds()) names.emplace_back(kind.kind);
  return names;
}

/// Checks one document; keeps the values by name and the layers so far.
class DocumentChecker {
 public:
  DocumentChecker(const GraphDocument& document, std::vector<Problem> found)
      : document_(document),
        found_(std::move(found)),
        layers_(document.layers.size()),
        is_read_(document.layers.size() + 1) {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Problem& a, const Problem& b) { return a.layer < b.layer; });
    result_.names.resize(document.layers.size());
    result_.shapes.resize(document.layers.size() + 1);
    for (const LayerDocument& layer : document.layers) {
      if (!layer.name.empty()) given_names_.insert(layer.name);
    }
  }

  CheckedDocument check() {
    take_found();
    if (!is_found("input")) check_input();
    if (!is_found("layers")) check_layers();
    if (result_.problems.empty()) make_graph();
    return std::move(result_);
  }

 private:
  using Path = std::vector<std::string>;

  struct CheckedLayer {
    std::shared_ptr<const Layer> layer;  // null if kind or options are wrong
    std::vector<size_t> inputs;          // as in Node, without those that are not known
  };

  bool is_full() const { return result_.problems.size() >= max_problems; }

  void report(Path path, std::string message) {
    if (is_full()) return;
    result_.problems.push_back({layer_, std::move(path), where_, std::move(message)});
  }

  /// Reports the problems that were found before in the current layer, or if there is none, in the
  /// document as a whole. Returns whether there are any.
  bool take_found() {
    const size_t before = taken_;
    for (; taken_ < found_.size() && found_[taken_].layer == layer_; ++taken_)
      report(found_[taken_].path, found_[taken_].message);
    return taken_ > before;
  }

  bool is_found(std::string_view member) const {
    return std::any_of(found_.begin(), found_.end(), [&](const Problem& problem) {
      return !problem.layer && !problem.path.empty() && problem.path[0] == member;
    });
  }

  void check_input() {
    try {
      graph_.emplace(document_.input);
    } catch (const Error& error) {
      return report({"input"}, error.what());
    }
    result_.shapes[0] = document_.input;
    const auto& [scale, offset] = document_.normalization;
    check_normalization("scale", {.scale = scale});
    check_normalization("offset", {.offset = offset});
  }

  void check_normalization(const char* list, const InputNormalization& normalization) {
    try {
      normalization.check(graph_->input_channels());
    } catch (const Error& error) {
      report({"normalization", list}, error.what());
    }
  }

  void check_layers() {
    constexpr size_t max = GraphDocument::max_layers;
    if (layers_.empty() || layers_.size() > max)
      return report({"layers"}, fmt::format("the layers must be a list of 1 to {}", max));
    for (size_t i = 0; i < layers_.size() && !is_full(); ++i) check_layer(i);
    if (connections_known_) check_all_read();
  }

  void check_layer(size_t index) {
    const LayerDocument& document = document_.layers[index];
    set_place(index, document.name);
    const bool unreadable = take_found();
    check_name(document.name);
    const LayerKind* kind = find_kind(document.kind);
    if (!unreadable) layers_[index].layer = make_layer(document, kind);
    std::string& name = result_.names[index];
    name = document.name.empty() && kind != nullptr ? names_.next(kind->kind) : document.name;
    if (unreadable) {
      connections_known_ = false;
    } else if (find_inputs(index) && layers_[index].layer) {
      check_shapes(index);
      check_factor(document);
    }
    add_name(index);
  }

  /// Sets the place for `report`.
  void set_place(size_t index, const std::string& name) {
    layer_ = index;
    where_ = fmt::format("layer {}", index + 1);
    if (!name.empty() && name.size() <= LayerDocument::max_name) where_ += " " + in_quotes(name);
  }

  void check_name(const std::string& name) {
    if (name.empty()) return;
    if (name.size() > LayerDocument::max_name) {
      report({"name"}, fmt::format("its name must have 1 to {} bytes", LayerDocument::max_name));
    } else if (const char* wrong = wrong_characters(name)) {
      report({"name"}, wrong);
    } else if (values_.contains(name)) {
      report({"name"},
             "the name is already used: each layer needs a unique name and has its own weights");
    }
  }

  static const LayerKind* find_kind(const std::string& name) {
    const auto kinds = layer_kinds();
    const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                   [&](const LayerKind& known) { return known.kind == name; });
    return kind == kinds.end() ? nullptr : &*kind;
  }

  std::shared_ptr<const Layer> make_layer(const LayerDocument& document, const LayerKind* kind) {
    if (kind == nullptr) {
      const std::vector<std::string> known = known_kinds();
      report({"kind"},
             fmt::format("there is no layer {}{}; known are: {}", in_quotes(document.kind),
                         did_you_mean(document.kind, known), fmt::join(known, ", ")));
      return nullptr;
    }
    const Options options = named_options(document.options);
    try {
      std::shared_ptr<const Layer> layer = kind->make(kind->kind, options);
      if (options.size() == document.options.size()) return layer;
    } catch (const OptionError& error) {
      report({"options", error.option}, error.what());
      for (const OptionError& other : error.others) report({"options", other.option}, other.what());
    } catch (const Error& error) {
      report({}, error.what());
    }
    return nullptr;
  }

  /// Returns the options without those whose names cannot be shown or occur twice, which it
  /// reports.
  Options named_options(const Options& options) {
    std::set<std::string_view> names;
    Options named;
    for (const auto& option : options) {
      const std::string& name = option.first;
      if (!is_plain(name)) {
        report({"options", name}, "it has no option " + in_quotes(name));
      } else if (!names.insert(name).second) {
        report({"options", name}, fmt::format("option {} is given twice", in_quotes(name)));
      } else {
        named.push_back(option);
      }
    }
    return named;
  }

  /// Finds the values that a layer reads. Returns whether all are known.
  bool find_inputs(size_t index) {
    const auto& names = document_.layers[index].inputs;
    if (!names) return add_input(index, index);
    bool known = names->size() <= LayerDocument::max_inputs;
    if (!known) {
      report({"inputs"}, fmt::format("it has {} inputs; expected at most {}", names->size(),
                                     LayerDocument::max_inputs));
    }
    for (size_t i = 0; i < names->size() && i < LayerDocument::max_inputs; ++i) {
      const std::string& name = (*names)[i];
      const auto found = values_.find(name);
      if (found == values_.end() && names_known_)
        report({"inputs", std::to_string(i)}, unknown_input(index, name));
      known = found != values_.end() && found->second && add_input(index, *found->second) && known;
    }
    if (!known || names->empty()) connections_known_ = false;
    return known;
  }

  bool add_input(size_t index, size_t value) {
    layers_[index].inputs.push_back(value);
    is_read_[value] = true;
    return true;
  }

  /// Returns the message for an input that is not a preceding layer. A later layer can be
  /// distinguished from a misspelt name only if it has an explicit name.
  std::string unknown_input(size_t index, const std::string& name) const {
    const bool later = given_names_.contains(name);
    std::string known;
    if (values_.size() <= max_listed) {
      std::vector<std::string> names{std::string(GraphDocument::input_name)};
      names.insert(names.end(), result_.names.begin(),
                   result_.names.begin() + static_cast<std::ptrdiff_t>(index));
      for (const std::string& other : names)
        known.append(known.empty() ? "; known are: " : ", ").append(in_quotes(other));
      known.insert(0, did_you_mean(name, names));
    }
    return fmt::format(
        "its input {} is not a layer before it{}{}", in_quotes(name),
        later ? ", but the layer itself or a later one; layers cannot form a cycle" : "", known);
  }

  void check_shapes(size_t index) {
    const auto& [layer, inputs] = layers_[index];
    std::vector<Shape> shapes;
    for (const size_t value : inputs) {
      if (!result_.shapes[value]) return;
      shapes.push_back(*result_.shapes[value]);
    }
    try {
      result_.shapes[index + 1] = checked_output_shape(*layer, shapes);
    } catch (const Error& error) {
      if (document_.layers[index].name.empty()) where_ += ": " + result_.names[index];
      return report({}, error.what());
    }
    try {
      count_parameters(*layer, shapes);
    } catch (const Error& error) {
      report({}, error.what());
    }
  }

  void check_factor(const LayerDocument& document) {
    try {
      check_learning_rate_factor(document.learning_rate_factor);
    } catch (const Error& error) {
      report({"learning_rate_factor"}, error.what());
    }
  }

  void count_parameters(const Layer& layer, const std::vector<Shape>& inputs) {
    if (parameters_ > GraphDocument::max_parameters) return;  // was reported
    for (const ParameterSpec& spec : layer.parameters(inputs)) parameters_ += spec.shape.elements();
    if (parameters_ > GraphDocument::max_parameters) {
      fail("the network has more than {} parameters up to here", GraphDocument::max_parameters);
    }
  }

  /// Lets the following layers refer to this one.
  void add_name(size_t index) {
    const std::string& name = result_.names[index];
    if (name.empty()) {
      names_known_ = false;  // it counts for the numbers of later names once it has a kind
      return;
    }
    const LayerDocument& document = document_.layers[index];
    names_.insert(document.kind, name);
    const bool known = names_known_ || !document.name.empty();
    const auto [place, is_new] = values_.emplace(name, std::nullopt);
    if (is_new && known) place->second = index + 1;
    if (!is_new) {
      place->second.reset();  // which of the two is meant is not known
      connections_known_ = false;
    }
  }

  /// A layer whose output is not read would have no effect; probably a connection is missing.
  void check_all_read() {
    for (size_t i = 0; i + 1 < layers_.size(); ++i) {
      if (is_read_[i + 1]) continue;
      set_place(i, result_.names[i]);
      report({}, "no layer reads its output, and it is not the last");
    }
  }

  void make_graph() {
    graph_->set_normalization(document_.normalization);
    for (size_t i = 0; i < layers_.size(); ++i) {
      auto& [layer, inputs] = layers_[i];
      graph_->add(std::move(layer), std::move(inputs), result_.names[i]);
      graph_->set_frozen(i, document_.layers[i].frozen);
      graph_->set_learning_rate_factor(i, document_.layers[i].learning_rate_factor);
    }
    result_.graph = std::move(graph_);
  }

  const GraphDocument& document_;
  std::vector<Problem> found_;
  size_t taken_ = 0;  // number of problems of found_ that have been reported
  std::set<std::string_view> given_names_;

  std::optional<size_t> layer_;  // index of the current layer
  std::string where_;            // the current layer in words
  std::vector<CheckedLayer> layers_;
  std::vector<bool> is_read_;  // by value
  LayerNames names_;
  bool names_known_ = true;        // no preceding layer lacks both a name and a kind
  bool connections_known_ = true;  // the inputs of all layers up to here are known
  // By name; nullopt: it is not known which value has the name.
  std::map<std::string, std::optional<size_t>, std::less<>> values_{
      {std::string(GraphDocument::input_name), 0}};
  int64_t parameters_ = 0;
  std::optional<Graph> graph_;
  CheckedDocument result_;
};

}  // namespace

CheckedDocument check(const GraphDocument& document, std::vector<Problem> found) {
  return DocumentChecker(document, std::move(found)).check();
}

}  // namespace convlab
