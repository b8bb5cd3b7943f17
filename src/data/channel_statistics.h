#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"

namespace convlab {

/// Mean and standard deviation of each channel over all pixels, of values from 0 to 255.
struct ChannelStatistics {
  std::vector<double> mean;
  std::vector<double> deviation;
  int64_t images = 0;  ///< from which they were computed
};

/// Computes them from all images, or from 2,000 that are spread over the data set where each must
/// be decoded. Images that cannot be read are left out. Returns those of Dataset::statistics if
/// there are any. Throws Error if not all images have arrived, or none can be read.
ChannelStatistics channel_statistics(const Dataset& dataset);

}  // namespace convlab
