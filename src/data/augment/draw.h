#pragma once

#include "core/random.h"

namespace convlab {

/// Returns a uniform number in [low, high).
inline double uniform(double low, double high, Random& random) {
  return low + (high - low) * static_cast<double>(to_unit_float(random.next()));
}

/// Returns true with this probability.
inline bool happens(double probability, Random& random) {
  return static_cast<double>(to_unit_float(random.next())) < probability;
}

}  // namespace convlab
