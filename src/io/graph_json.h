#pragma once

#include <string>
#include <string_view>

#include "nn/graph.h"

/// A graph as a JSON document, which a person may write:
///
///   {
///     "version": 1,
///     "input": [28, 28, 1],
///     "layers": [
///       {"kind": "conv2d", "name": "stem", "options": {"filters": 32, "padding": "same"}},
///       {"kind": "relu"},
///       {"kind": "flatten", "inputs": ["relu_1"], "frozen": true},
///       {"kind": "dense", "options": {"units": 10}}
///     ]
///   }
///
/// Only "input" (height, width, channels), "layers" and each layer's "kind" are needed. A layer
/// without a name is called by its kind and a number; without inputs it reads the layer before it,
/// the first one the image, which is called "input"; options left out keep their defaults; a
/// frozen layer does not learn. The last layer's output is the network's.
namespace convlab {

/// On one line, with all that may be left out. Throws Error for a layer that is called "input".
std::string graph_json(const Graph& graph);

/// For people: a line for each layer, without inputs where a layer reads the one before it. Errors
/// as graph_json.
std::string graph_document(const Graph& graph);

/// The graph of such a document. Throws Error, beginning with `where` and naming line, column and
/// layer, for anything else: no JSON, missing and unknown members, kinds, options and inputs,
/// shapes that do not fit, another version, more than 10000 layers or 2^40 parameters.
Graph parse_graph_json(std::string_view text, const std::string& where);

}  // namespace convlab
