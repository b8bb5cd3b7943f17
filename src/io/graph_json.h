#pragma once

#include <string>
#include <string_view>

#include "nn/graph.h"

/// A graph as a JSON document, which can be written by hand:
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
/// default values; a frozen layer is not trained. The output of the last layer is the network's.
/// "normalization" says how the bytes of an image become the input: x · scale + offset, with one
/// number for each channel or one for all. Without it, or without one of its lists, the scale is
/// 1/255 and the offset 0.
namespace convlab {

/// Returns the document on one line, including all optional members except the default
/// "normalization", which documents of earlier versions lack. Throws Error for a layer that
/// is called "input".
std::string graph_json(const Graph& graph);

/// Returns a readable document with one line per layer, without inputs if a layer reads the
/// preceding one. Throws Error like graph_json.
std::string graph_document(const Graph& graph);

/// Parses such a document. Throws Error, starting with `where`, line, column and layer, for invalid
/// JSON, missing or unknown members, kinds, options or inputs, shapes that do not match, another
/// version, more than 10000 layers or more than 2^40 parameters.
Graph parse_graph_json(std::string_view text, const std::string& where);

}  // namespace convlab
