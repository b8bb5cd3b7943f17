#pragma once

#include <string>

#include "nn/graph.h"

namespace convlab {

/// The graph for Graphviz's dot, from top to bottom: a box for each layer with its name, kind,
/// output shape and number of parameters.
std::string graph_dot(const Graph& graph, const std::string& title);

}  // namespace convlab
