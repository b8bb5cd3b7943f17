#pragma once

#include <vector>

#include "engine/bench_options.h"

namespace convlab {

/// Returns the runs of `convlab bench --suite`, each a copy of `common` with its own model, batch,
/// images and threads: every model of the zoo with its default image shape, on 1 thread and on
/// `threads`, with a batch size for which a step takes at most seconds; then simple-convnet on
/// `threads` with increasing batch sizes and increasing sizes of the data set.
std::vector<BenchOptions> bench_suite(const BenchOptions& common, int threads);

}  // namespace convlab
