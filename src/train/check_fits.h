#pragma once

#include <string>

#include "data/dataset.h"
#include "nn/graph.h"

namespace convlab {

/// Throws Error unless `graph` accepts the images of `dataset` and has one output per class.
/// `model` is the graph's name for the message.
void check_fits(const Graph& graph, const Dataset& dataset, const std::string& model);

/// Removes a softmax that ends the graph and returns whether there was one. The loss
/// softmax_cross_entropy contains it, as predictions do; applied twice, learning almost stops.
bool fold_final_softmax(Graph& graph);

}  // namespace convlab
