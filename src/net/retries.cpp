#include "net/retries.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "core/monotonic_seconds.h"

namespace convlab {

void Retries::reset() {
  failures_ = 0;
  seconds_ = first_seconds_;
}

bool Retries::wait() {
  const double end = monotonic_seconds() + seconds_;
  seconds_ *= 2;
  for (;;) {
    if (stopped_ && stopped_()) return false;
    const double left = end - monotonic_seconds();
    if (left <= 0) return true;
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(left, 0.1)));
  }
}

}  // namespace convlab
