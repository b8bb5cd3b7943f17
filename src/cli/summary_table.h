#pragma once

#include <string>

#include "backend/backend.h"
#include "nn/graph.h"

namespace convlab {

/// A table of a network's layers as Keras' summary, in lines that end in a line break: each layer's
/// name, kind, output shape, parameters, multiplications and additions for one image, and the
/// bytes of its output for `batch` images ("-" where it has no memory of its own); its inputs
/// too, where they are not simply the layer before. Below it the totals, and what a pass over the
/// batch needs on `backend`.
std::string summary_table(const Graph& graph, const std::string& title, const Backend& backend,
                          int64_t batch);

}  // namespace convlab
