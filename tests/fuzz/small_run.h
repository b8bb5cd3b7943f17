#pragma once

#include "data/bytes.h"
#include "engine/run.h"

namespace convlab {

/// A network of a few hundred weights for images of 6×5 and three classes.
Graph small_graph();

/// A run that trains it; two runs on backends of a kind are alike bit for bit.
std::unique_ptr<Run> small_run(Backend& backend);

/// The checkpoint of such a run after so many advances.
Bytes small_checkpoint(int advances);

}  // namespace convlab
