#pragma once

#include <cstdint>
#include <vector>

namespace convlab {

/// Numbers for the regions of an image: height × width rectangles of equal size that cover it.
struct ImageMap {
  int64_t height = 0;
  int64_t width = 0;
  std::vector<float> values;  ///< [height, width]
};

}  // namespace convlab
