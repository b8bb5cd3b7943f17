#pragma once

#include "core/random.h"

namespace convlab {

/// Returns a sample of the distribution Beta(alpha, alpha), alpha > 0: X / (X + Y) for two samples
/// of the gamma distribution (Marsaglia and Tsang 2000), in logarithms, so that small alphas do not
/// underflow. Bitwise equal on every platform.
double symmetric_beta(Random& random, double alpha);

}  // namespace convlab
