#pragma once

#include <cstdint>
#include <vector>

namespace convlab {

/// The images and labels of one training step.
struct Batch {
  std::vector<uint8_t> images;  ///< [size, height, width, channels]
  std::vector<int32_t> labels;
  std::vector<int64_t> indices;  ///< index of each image in the data set
  int64_t size() const { return static_cast<int64_t>(labels.size()); }
};

}  // namespace convlab
