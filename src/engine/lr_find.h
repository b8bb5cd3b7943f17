#pragma once

#include <string>

#include "data/dataset.h"
#include "engine/protocol.h"
#include "nn/graph.h"
#include "train/range_test.h"

namespace convlab {

/// Looks for a learning rate by a range test of `graph` on the training images, with the loss,
/// class weights, optimizer and batch size of `run`, which also names the model in errors; its
/// learning_rate, schedule, epochs and validation_split are ignored. The test passes over the
/// images as often as its steps need. The trained weights are discarded. Throws Error for the same
/// reasons as Run and range_test.
RangeTest find_learning_rate(const RunOptions& run, Graph graph, const RangeTestOptions& options,
                             const Dataset& train, Backend& backend);

/// Returns {"suggestion": 0.002 or null, "rates": […], "losses": […], "smoothed": […]}.
std::string to_json(const RangeTest& result);

}  // namespace convlab
