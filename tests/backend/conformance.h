#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "backend/device.h"

namespace convlab {

/// Results of a run and the tolerance for ‖difference‖ / ‖reference‖ against host; 0 requires
/// identical bits. If there are so few results that all may be small by chance, `magnitude` is
/// their expected root mean square: ‖reference‖ is then taken as at least magnitude · sqrt(count).
struct Output {
  std::vector<float> values;
  double tolerance = 0;
  double magnitude = 0;
};

/// A computation that runs on any backend: creates tensors, calls operations, reads the results.
using Run = std::function<std::vector<Output>(Device&)>;

/// Returns the relative tolerance for a float sum of `terms` terms. Rounding errors of a running
/// sum add up like a random walk: about 0.6 · 2^-24 · sqrt(terms / 2), that is 2.5e-8 ·
/// sqrt(terms). The tolerance is four times that, plus a few units in the last place of the
/// factors, which leaves room for a sum that partly cancels.
double sum_tolerance(int64_t terms);

/// Results that are each a sum of `terms` products of two random numbers of Device.
Output sums_of_products(std::vector<float> values, int64_t terms);

/// Checks `run` on every backend of this build except host, with 1, 2 and 3 threads if the backend
/// is multithreaded: results must be close to host's and bit-identical for every number of threads.
void check_against_host(const Run& run);

}  // namespace convlab
