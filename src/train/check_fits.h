#pragma once

#include <string>

#include "data/dataset.h"
#include "loss/loss.h"
#include "nn/graph.h"

namespace convlab {

/// Throws Error unless `graph` accepts the images of `dataset` and has one output per class.
/// `model` is the graph's name for the message.
void check_fits(const Graph& graph, const Dataset& dataset, const std::string& model);

/// Removes the activation that ends the graph if `loss` contains it (Loss::activation), and returns
/// whether it did. Applied twice, learning almost stops.
bool fold_final_activation(Graph& graph, const Loss& loss);

}  // namespace convlab
