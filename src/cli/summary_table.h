#pragma once

#include <string>

#include "backend/backend.h"
#include "nn/graph.h"

namespace convlab {

/// Returns a table of a network's layers like Keras' model.summary(): name, kind, output shape,
/// parameters, FLOPs for one image, and bytes of the output for `batch` images ("-" if the output
/// has no memory of its own). A column of inputs is added if the network is not a simple chain of
/// layers. Below are the totals and the memory that a pass over the batch needs on `backend`.
std::string summary_table(const Graph& graph, const std::string& title, const Backend& backend,
                          int64_t batch);

}  // namespace convlab
