#pragma once

#include <string>

#include "engine/replies.h"

namespace convlab {

/// Returns a table of a network's layers like Keras' model.summary(): name, kind, output shape,
/// parameters, FLOPs for one image, and bytes of the output for a batch ("-" if the output has no
/// memory of its own). A column of inputs is added if the network is not a simple chain of layers.
/// Below are the totals and the memory that a pass over the batch needs.
std::string summary_table(const ModelDescription& model);

}  // namespace convlab
