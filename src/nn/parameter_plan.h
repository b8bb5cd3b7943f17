#pragma once

#include <cstdint>
#include <vector>

#include "core/parameter.h"
#include "nn/graph.h"

namespace convlab {

/// The offsets of a graph's parameters in one flat buffer: first all weights, then all biases, then
/// the parameters that are not trainable. Sizes have 64 bits even if addresses have fewer.
struct ParameterPlan {
  explicit ParameterPlan(const Graph& graph);

  struct Place {
    uint64_t offset = 0;
    bool trainable = false;
  };
  std::vector<Place> places;           ///< in the order of the layers and Layer::parameters
  std::vector<TrainableRange> ranges;  ///< of the trainable parameters
  uint64_t trainable_bytes = 0;        ///< of all trainable parameters, and of their gradients
  uint64_t bytes = 0;
};

}  // namespace convlab
