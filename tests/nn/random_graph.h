#pragma once

#include <string>

#include "core/random.h"
#include "nn/graph.h"

namespace convlab {

/// 3 to 14 layers that keep `shape` (of an image or a vector) on values that came before, recent
/// ones more often; at the end a sum of a few of them, so that most matter. Some values have many
/// readers, some none.
Graph random_graph(Random& random, const Shape& shape);

/// Which layer reads what, for messages.
std::string describe(const Graph& graph);

}  // namespace convlab
