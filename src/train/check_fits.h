#pragma once

#include <string>

#include "data/dataset.h"
#include "nn/graph.h"

namespace convlab {

/// Throws Error unless `graph` accepts the images of `dataset` and has one output per class.
/// `model` is the graph's name for the message.
void check_fits(const Graph& graph, const Dataset& dataset, const std::string& model);

}  // namespace convlab
