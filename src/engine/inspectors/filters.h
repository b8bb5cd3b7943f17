#pragma once

#include "engine/run.h"
#include "engine/snapshot.h"

namespace convlab {

/// Returns the weights of the first layer as images; empty if they are none.
Filters inspect_filters(Run& run);

}  // namespace convlab
