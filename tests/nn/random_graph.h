#pragma once

#include <string>

#include "core/random.h"
#include "nn/graph.h"

namespace convlab {

/// Returns a graph of 3 to 14 layers that preserve `shape` (of an image or a vector). Each reads
/// values computed before, recent ones more often; the output is a sum of a few values, so that
/// most layers contribute to it. Some values have several readers, some have none.
Graph random_graph(Random& random, const Shape& shape);

/// Lists the inputs of each layer, for messages.
std::string describe(const Graph& graph);

}  // namespace convlab
