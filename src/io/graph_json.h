#pragma once

#include <string>
#include <string_view>

#include "nn/graph.h"

namespace convlab {

/// A graph as JSON: {"version": 1, "input": [28, 28, 1], "layers": [{"name": "conv2d_1", "kind":
/// "conv2d", "inputs":
/// ["input"], "options": {"filters": 25, …}}, …]}. Inputs are names of layers before, or "input".
/// Throws Error for a layer that is called "input".
std::string graph_json(const Graph& graph);

/// The graph of such JSON. Throws Error, beginning with `where` and naming the layer, for anything
/// else: unknown kinds, options and inputs, shapes that do not fit, another version.
Graph parse_graph_json(std::string_view text, const std::string& where);

}  // namespace convlab
