#pragma once

#include <string>

#include "data/dataset.h"
#include "nn/graph.h"

namespace convlab {

/// Throws Error unless `graph`, which is called `model`, takes the images of `dataset` and gives
/// one number for each of its classes.
void check_fits(const Graph& graph, const Dataset& dataset, const std::string& model);

}  // namespace convlab
