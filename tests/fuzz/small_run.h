#pragma once

#include "data/bytes.h"
#include "engine/run.h"

namespace convlab {

/// A network with a few hundred weights for 6×5 images and three classes.
Graph small_graph();

/// A run that trains small_graph(). Two runs on backends of the same kind are bit-identical.
std::unique_ptr<Run> small_run(Backend& backend);

/// The checkpoint of such a run after `advances` calls of advance().
Bytes small_checkpoint(int advances);

}  // namespace convlab
