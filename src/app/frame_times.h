#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace convlab {

/// Records the CPU time of drawn frames.
class FrameTimes {
 public:
  void add(double milliseconds) {
    last_[static_cast<size_t>(frames_++) % last_.size()] = milliseconds;
  }
  int frames() const { return frames_; }
  /// Returns the median over the last 64 frames; 0 before the first.
  double median_ms() const {
    const size_t count = std::min(last_.size(), static_cast<size_t>(frames_));
    if (count == 0) return 0;
    auto sorted = last_;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<ptrdiff_t>(count / 2),
                     sorted.begin() + static_cast<ptrdiff_t>(count));
    return sorted[count / 2];
  }

 private:
  std::array<double, 64> last_{};
  int frames_ = 0;
};

}  // namespace convlab
