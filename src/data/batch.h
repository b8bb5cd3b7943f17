#pragma once

#include <cstdint>
#include <vector>

namespace convlab {

/// Images and labels as they go to a training step.
struct Batch {
  std::vector<uint8_t> images;  ///< [size, height, width, channels]
  std::vector<int32_t> labels;
  std::vector<int64_t> indices;  ///< where in the data set each comes from
  int64_t size() const { return static_cast<int64_t>(labels.size()); }
};

}  // namespace convlab
