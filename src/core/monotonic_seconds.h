#pragma once

#include <chrono>

namespace convlab {

/// Returns the seconds of a clock that only runs forward, from a point in the past.
inline double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace convlab
