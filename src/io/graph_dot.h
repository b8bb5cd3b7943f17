#pragma once

#include <string>

#include "nn/graph.h"

namespace convlab {

/// Returns the graph in the dot language of Graphviz, from top to bottom: one box per layer with
/// its name, kind, output shape and number of parameters.
std::string graph_dot(const Graph& graph, const std::string& title);

}  // namespace convlab
