#pragma once

#include "engine/controls.h"
#include "engine/run_options.h"

namespace convlab {

/// Draws the fold "More" of the settings: the options of optimizer, schedule, loss, updates and
/// early stopping, as far as `tables` has forms for them. Returns whether the user has completed a
/// change of `options`.
bool draw_more_options(const Controls& tables, RunOptions& options);

}  // namespace convlab
