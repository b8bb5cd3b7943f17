#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "core/counted.h"
#include "core/did_you_mean.h"
#include "core/error.h"
#include "core/quoted.h"
#include "io/graph_json.h"
#include "io/json_text.h"

namespace convlab {

namespace {

/// Returns a value for a message, whatever its length.
std::string shown(const Json& json) {
  if (json.is_structured()) return json.is_object() ? "{…}" : "[…]";
  return json.is_string() ? in_quotes(json.get<std::string>()) : json.dump();
}

/// Converts JSON to a GraphDocument; collects what has the wrong type, is missing or unknown. All
/// else is left to `check`.
class DocumentReader {
 public:
  explicit DocumentReader(const Json& json) : json_(json) {}

  /// Returns false if the problems leave nothing to check.
  bool read() {
    constexpr std::array members{"version", "input", "normalization", "layers"};
    if (!json_.is_object()) return report({}, "the document must be an object {{…}}");
    const bool known = check_members(json_, {}, "the document", members);
    if (json_.contains("version") && json_["version"] != graph_json_version) {
      return report({"version"}, "the document has version {}; this convlab reads version {}",
                    shown(json_["version"]), graph_json_version);
    }
    for (const char* key : {"input", "layers"}) {
      if (json_.contains(key)) continue;
      if (!known) return false;  // it is probably misspelt
      report({key}, "the document lacks {}", in_quotes(key));
    }
    if (json_.contains("input")) read_input(json_["input"]);
    if (json_.contains("normalization")) read_normalization(json_["normalization"]);
    if (json_.contains("layers")) read_layers(json_["layers"]);
    return true;
  }

  GraphDocument& document() { return document_; }
  std::vector<Problem>& problems() { return problems_; }

 private:
  /// Reports a problem at a place in the current layer, or if there is none, in the document.
  /// Returns false.
  template <class... Args>
  bool report(JsonPath path, fmt::format_string<Args...> text, const Args&... args) {
    // More would not be shown, and each member of a huge document could be a problem.
    if (problems_.size() < max_problems) {
      problems_.push_back(
          {layer_, std::move(path), "", fmt::vformat(text, fmt::make_format_args(args...))});
    }
    return false;
  }

  bool check_members(const Json& object, const JsonPath& at, const char* what,
                     std::span<const char* const> known) {
    const std::vector<std::string> names(known.begin(), known.end());
    bool all_known = true;
    for (const auto& [key, value] : object.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      if (problems_.size() >= max_problems) return false;
      JsonPath path = at;
      path.push_back(key);
      all_known = report(std::move(path), "{} has no member {}{}; it has: {}", what, in_quotes(key),
                         did_you_mean(key, names), fmt::join(names, ", "));
    }
    return all_known;
  }

  void read_input(const Json& json) {
    try {
      document_.input = read_shape(json, "input");
    } catch (const Error& error) {
      report({"input"}, "{}", error.what());
    }
  }

  void read_normalization(const Json& json) {
    constexpr std::array members{"scale", "offset"};
    if (!json.is_object()) {
      report({"normalization"}, "the normalization must be an object {{…}}");
      return;
    }
    check_members(json, {"normalization"}, "the normalization", members);
    if (json.contains("scale")) read_numbers(json["scale"], "scale", document_.normalization.scale);
    if (json.contains("offset"))
      read_numbers(json["offset"], "offset", document_.normalization.offset);
  }

  /// Leaves `numbers` unchanged if there is a problem.
  bool read_numbers(const Json& json, const char* key, std::vector<float>& numbers) {
    if (!json.is_array())
      return report({"normalization", key}, "the {} must be a list of numbers", key);
    std::vector<float> read;
    for (const Json& number : json) {
      JsonPath place{"normalization", key, std::to_string(read.size())};
      if (!number.is_number())
        return report(std::move(place), "the {} must be a list of numbers", key);
      const auto value = number.get<double>();
      constexpr float max = std::numeric_limits<float>::max();
      if (std::abs(value) > max) {
        return report(std::move(place), "a number of the {} is beyond {}, the largest float", key,
                      max);
      }
      read.push_back(static_cast<float>(value));
    }
    numbers = std::move(read);
    return true;
  }

  void read_layers(const Json& json) {
    constexpr size_t max = GraphDocument::max_layers;
    if (!json.is_array() || json.size() > max) {
      report({"layers"}, "the layers must be a list of 1 to {}", max);
      return;
    }
    for (const Json& layer : json) {
      layer_ = document_.layers.size();
      document_.layers.emplace_back();
      read_layer(layer, document_.layers.back());
    }
    layer_.reset();
  }

  bool read_layer(const Json& json, LayerDocument& layer) {
    constexpr std::array members{"kind",   "name",   "options",
                                 "inputs", "frozen", "learning_rate_factor"};
    if (!json.is_object()) return report({}, "it must be an object {{…}}");
    const bool known = check_members(json, {}, "it", members);
    if (json.contains("name")) read_name(json["name"], layer.name);
    if (json.contains("kind")) {
      read_kind(json["kind"], layer.kind);
    } else if (known) {
      report({"kind"}, "it lacks \"kind\"");
    }
    if (json.contains("options")) read_options(json["options"], layer.options);
    if (json.contains("inputs")) read_inputs(json["inputs"], layer.inputs.emplace());
    if (json.contains("frozen")) read_frozen(json["frozen"], layer.frozen);
    if (json.contains("learning_rate_factor"))
      read_factor(json["learning_rate_factor"], layer.learning_rate_factor);
    return true;
  }

  void read_frozen(const Json& json, bool& frozen) {
    if (json.is_boolean()) {
      frozen = json.get<bool>();
    } else {
      report({"frozen"}, "\"frozen\" must be true or false");
    }
  }

  void read_factor(const Json& json, double& factor) {
    if (json.is_number()) {
      factor = json.get<double>();
    } else {
      report({"learning_rate_factor"}, "its learning rate factor must be a number");
    }
  }

  bool read_name(const Json& json, std::string& name) {
    if (!json.is_string()) return report({"name"}, "its name must be a string");
    name = json.get<std::string>();
    if (!name.empty()) return true;
    return report({"name"}, "its name must have 1 to {} bytes", LayerDocument::max_name);
  }

  bool read_kind(const Json& json, std::string& kind) {
    if (!json.is_string()) return report({"kind"}, "its kind must be a string");
    kind = json.get<std::string>();
    return true;
  }

  bool read_options(const Json& json, Options& options) {
    if (!json.is_object()) return report({"options"}, "its options must be an object {{…}}");
    for (const auto& [name, value] : json.items()) {
      try {
        options.emplace_back(name, read_option_json(value, "option " + in_quotes(name)));
      } catch (const Error& error) {
        report({"options", name}, "{}", error.what());
      }
    }
    return true;
  }

  bool read_inputs(const Json& json, std::vector<std::string>& inputs) {
    const char* wanted = "its inputs must be a list of names";
    if (!json.is_array()) return report({"inputs"}, "{}", wanted);
    for (const Json& name : json) {
      if (!name.is_string()) return report({"inputs", std::to_string(inputs.size())}, "{}", wanted);
      inputs.push_back(name.get<std::string>());
    }
    return true;
  }

  const Json& json_;
  GraphDocument document_;
  std::vector<Problem> problems_;
  std::optional<size_t> layer_;  // index of the current layer
};

JsonPath path_of(const Problem& problem) {
  JsonPath path;
  if (problem.layer) path = {"layers", std::to_string(*problem.layer)};
  path.insert(path.end(), problem.path.begin(), problem.path.end());
  return path;
}

/// Returns a message that begins with `where` and lists the first problems, one per line.
std::string message_of(const GraphReading& reading, const std::string& where) {
  constexpr size_t max_lines = 10;
  const std::vector<Problem>& problems = reading.checked.problems;
  std::string text = where + ", ";
  for (size_t i = 0; i < problems.size() && i < max_lines; ++i)
    text += fmt::format("{}{}: {}", i == 0 ? "" : "\n", reading.positions[i], problems[i].text());
  if (problems.size() <= max_lines) return text;
  return fmt::format("{}\nand {}{}", text, problems.size() == max_problems ? "at least " : "",
                     counted(problems.size() - max_lines, "more problem"));
}

}  // namespace

GraphReading read_graph_json(std::string_view text) {
  GraphReading reading;
  Json json;
  try {
    json = parse_json(text, "");
  } catch (const JsonError& error) {
    reading.checked.problems.push_back({std::nullopt, {}, "", error.problem});
    reading.positions.push_back(error.position);
    return reading;
  }
  DocumentReader reader(json);
  if (reader.read()) {
    reading.checked = check(reader.document(), std::move(reader.problems()));
  } else {
    reading.checked.problems = std::move(reader.problems());
  }
  reading.document = std::move(reader.document());
  for (const Problem& problem : reading.checked.problems)
    reading.positions.push_back(json_position(text, json, path_of(problem)));
  return reading;
}

TextPosition problem_position(std::string_view text, const Problem& problem) {
  return json_position(text, parse_json(text, ""), path_of(problem));
}

Graph parse_graph_json(std::string_view text, const std::string& where) {
  GraphReading reading = read_graph_json(text);
  if (!reading.checked.graph) fail("{}", message_of(reading, where));
  return std::move(*reading.checked.graph);
}

}  // namespace convlab
