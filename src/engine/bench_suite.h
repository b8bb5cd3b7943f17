#pragma once

#include <vector>

#include "engine/bench.h"

namespace convlab {

/// The runs of `convlab bench --suite`, as differences to `common`: every model of the zoo with its
/// default images, on one thread and on `threads`, with a batch that keeps a step to seconds; then,
/// on all of them, simple-convnet with growing batches and growing sets of images.
std::vector<BenchOptions> bench_suite(const BenchOptions& common, int threads);

}  // namespace convlab
