#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.h"
#include "core/shape.h"
#include "nn/graph.h"
#include "nn/input_normalization.h"

/// A network under construction as a plain value, between its JSON text (io/graph_json.h) and a
/// Graph. It need not be valid, so that an editor can hold what a user has entered so far; a vector
/// of documents is a history to undo.
namespace convlab {

/// A layer of a GraphDocument.
struct LayerDocument {
  static constexpr size_t max_name = 200;  ///< in bytes
  static constexpr size_t max_inputs = 1'000;

  std::string kind;
  std::string name;  ///< in UTF-8; empty: the kind and a number, such as "conv2d_1"
  Options options;   ///< options left out have their default values
  /// Names of the layers whose outputs it reads, or GraphDocument::input_name. Without a list it
  /// reads the preceding layer, and the first layer reads the image.
  std::optional<std::vector<std::string>> inputs;
  bool frozen = false;
  double learning_rate_factor = 1;

  bool operator==(const LayerDocument&) const = default;
};

/// Everything that a JSON document of a network can express.
struct GraphDocument {
  static constexpr size_t max_layers = 10'000;
  static constexpr int64_t max_parameters = int64_t{1} << 40U;
  static constexpr std::string_view input_name = "input";

  Shape input;  ///< (height, width, channels)
  InputNormalization normalization;
  std::vector<LayerDocument>
      layers;  ///< in topological order; the last one's output is the network's

  bool operator==(const GraphDocument&) const = default;
};

/// Something that is wrong in a GraphDocument.
struct Problem {
  std::optional<size_t> layer;  ///< index of the layer; nullopt: of the document as a whole
  /// The place in the layer or document, by the names of the JSON document: {"kind"},
  /// {"inputs", "1"}, {"options", "filters"}, {"normalization", "scale"}; {}: all of it.
  std::vector<std::string> path;
  std::string where;    ///< the layer in words: "layer 3 "stem""; empty without a layer
  std::string message;  ///< what is wrong and what was expected, without `where`

  /// Returns the name of the option that is wrong; empty if it is none.
  std::string option() const;
  /// Returns `where` and the message.
  std::string text() const;

  bool operator==(const Problem&) const = default;
};

/// The maximum number of problems that `check` reports.
constexpr size_t max_problems = 100;

/// What `check` finds out about a document.
struct CheckedDocument {
  /// In the order of the layers, followed by layers whose output is not read.
  std::vector<Problem> problems;
  /// By layer: its name, generated if the document has none; empty if it is not known, because the
  /// kind is not.
  std::vector<std::string> names;
  /// By value, as in Node::inputs: the shape, nullopt if it is not known.
  std::vector<std::optional<Shape>> shapes;
  std::optional<Graph> graph;  ///< the network, if there are no problems
};

/// Checks a document: names, kinds, options, inputs, shapes, at most 10000 layers and 2^40
/// parameters, and that the output of each layer but the last is read. Goes on after a problem;
/// what cannot be known because of it is not reported: the shapes after a layer that failed, or
/// unread outputs if some input is unknown. `found` are problems that are already known, such as
/// parts of a JSON text that could not be read; of layers with such problems, only the name is
/// checked.
CheckedDocument check(const GraphDocument& document, std::vector<Problem> found = {});

/// Returns the network. Throws Error for the first problem that `check` finds.
Graph build(const GraphDocument& document);

/// Returns the document of a network, with all names, inputs and options. Throws Error for a layer
/// that is called "input", which a document cannot tell from the image.
GraphDocument document_of(const Graph& graph);

}  // namespace convlab
