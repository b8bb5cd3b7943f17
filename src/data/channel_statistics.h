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

/// Computes them over all pixels of the images as they are stored (Dataset::stored), before they
/// are resized, with as many channels as image_shape(): from all images, or from 2,000 that are
/// spread over the data set where each must be decoded. So they do not depend on the size in which
/// images are used, and those that a pack for the page has are the same, bit for bit. Images that
/// cannot be read are left out. Returns those of Dataset::statistics if there are any of these
/// channels. Throws Error if not all images have arrived, or none can be read.
ChannelStatistics channel_statistics(const Dataset& dataset);

}  // namespace convlab
