#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/text_position.h"
#include "nn/graph_document.h"

/// A network as a JSON document, which can be written by hand:
///
///   {
///     "version": 1,
///     "input": [28, 28, 1],
///     "normalization": {"scale": [0.0078125], "offset": [-1]},
///     "layers": [
///       {"kind": "conv2d", "name": "stem", "options": {"filters": 32, "padding": "same"}},
///       {"kind": "relu"},
///       {"kind": "flatten", "inputs": ["relu_1"], "frozen": true},
///       {"kind": "dense", "options": {"units": 10}}
///     ]
///   }
///
/// Only "input" (height, width, channels), "layers" and each layer's "kind" are required. A layer
/// without a name is called by its kind and a number. Without inputs it reads the preceding layer,
/// and the first layer reads the image, which is called "input". Omitted options have their
/// default values; a frozen layer is not trained, and "learning_rate_factor": 0.1 trains a layer
/// with a tenth of the learning rate. The output of the last layer is the network's.
/// "normalization" says how the bytes of an image become the input: x · scale + offset, with one
/// number for each channel or one for all. Without it, or without one of its lists, the scale is
/// 1/255 and the offset 0.
namespace convlab {

constexpr int64_t graph_json_version = 1;

/// Returns the document as JSON on one line, including all optional members that it has, except the
/// default "normalization", which documents of earlier versions lack. Throws Error for names that
/// are not UTF-8.
std::string graph_json(const GraphDocument& document);
/// Writes document_of(graph).
std::string graph_json(const Graph& graph);

/// Returns readable JSON with one line per layer, without inputs if a layer reads the preceding
/// one. Throws Error like graph_json.
std::string readable_graph_json(const GraphDocument& document);

/// Whether a file begins like a document, and not like a safetensors file, whose first eight bytes
/// are a number with zeros.
bool begins_as_document(std::span<const uint8_t> start);

/// What a JSON document says of a network, and all that is wrong with it.
struct GraphReading {
  GraphDocument document;               ///< what could be read of it
  CheckedDocument checked;              ///< of the document; also lists what could not be read
  std::vector<TextPosition> positions;  ///< of each of checked.problems in the text
};

/// Parses a document. Problems are invalid JSON, missing or unknown members, members of the wrong
/// type, another version, and what `check` finds. Where there is invalid JSON or another version,
/// nothing else is reported.
GraphReading read_graph_json(std::string_view text);

/// Returns the place of a problem in the text in which read_graph_json has found a network, for
/// problems that are found later.
TextPosition problem_position(std::string_view text, const Problem& problem);

/// Parses a document and returns the network. If there are problems, throws Error, starting with
/// `where` and the position and text of the first; up to nine more follow, each on a line.
Graph parse_graph_json(std::string_view text, const std::string& where);

}  // namespace convlab
