#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "backend/device.h"

namespace convlab {

/// What a run computed, and how far (‖difference‖ / ‖reference‖) it may lie from host; 0 means the
/// same bits. Where a few results may all happen to be small, `magnitude` is what they have on
/// average, and the norm counts as at least that of as many such numbers.
struct Output {
  std::vector<float> values;
  double tolerance = 0;
  double magnitude = 0;
};

/// The same work on any backend: makes its tensors, calls operations, reads the results.
using Run = std::function<std::vector<Output>(Device&)>;

/// What float arithmetic may lose in a sum of that many terms, relative to its result. Rounding
/// errors of a running sum add up like a random walk: about 0.6 · 2^-24 · sqrt(terms / 2), that
/// is 2.5e-8 · sqrt(terms). Four times that, beside a few units in the last place of the factors,
/// leaves room for a sum that partly cancels.
double sum_tolerance(int64_t terms);

/// Results that are each a sum of so many products of two random numbers of Device.
Output sums_of_products(std::vector<float> values, int64_t terms);

/// Checks `run` on every backend of this build but host, with 1, 2 and 3 threads where it has them:
/// close to host's results, and the same bits for every number of threads.
void check_against_host(const Run& run);

}  // namespace convlab
