#pragma once

#include <cstdint>
#include <vector>

#include "nn/graph.h"

namespace convlab {

/// Where the parameters of a graph lie in one flat buffer: first all weights, then all biases, then
/// what does not learn. Sizes are in 64 bits also where memory has fewer.
struct ParameterPlan {
  explicit ParameterPlan(const Graph& graph);

  struct Place {
    uint64_t offset = 0;
    bool trainable = false;
  };
  std::vector<Place> places;     ///< in the order of the layers and Layer::parameters
  uint64_t weight_bytes = 0;     ///< of the weights that learn
  uint64_t trainable_bytes = 0;  ///< of all trainable parameters, and of their gradients
  uint64_t bytes = 0;
};

}  // namespace convlab
