#pragma once

#include "engine/run.h"
#include "engine/snapshot.h"

namespace convlab {

/// Returns the first test images that have arrived.
Samples inspect_samples(const Run& run);
/// Predicts these images.
Predictions inspect_predictions(Run& run);

}  // namespace convlab
