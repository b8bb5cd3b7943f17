#pragma once

#include <string>

#include "data/dataset.h"
#include "engine/protocol.h"
#include "train/range_test.h"

namespace convlab {

/// Looks for a learning rate for a run of `run` (whose learning_rate, schedule and epochs do not
/// matter) on the training images, in as many epochs as it takes; the weights are thrown away.
/// Throws Error as Run and range_test do.
RangeTest find_learning_rate(const RunOptions& run, const RangeTestOptions& options,
                             const Dataset& train, Backend& backend);

/// {"suggestion": 0.002 or null, "rates": […], "losses": […], "smoothed": […]}.
std::string to_json(const RangeTest& result);

}  // namespace convlab
