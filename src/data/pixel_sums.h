#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/shape.h"
#include "data/channel_statistics.h"

namespace convlab {

/// The sums of pixels from which mean and standard deviation are computed. They are whole numbers,
/// so their order makes no difference.
class PixelSums {
 public:
  /// `image`: shape of the images (height, width, channels).
  explicit PixelSums(const Shape& image);

  /// Adds an image, of as many pixels as the shape says.
  void add(std::span<const uint8_t> pixels);
  /// Number of images added.
  int64_t images() const { return images_; }
  /// Returns mean and standard deviation of each channel; at least one image must have been added.
  ChannelStatistics statistics() const;
  /// Returns the rounded mean of each value, [height, width, channels], likewise.
  std::vector<uint8_t> mean_image() const;

 private:
  size_t channels_;
  int64_t images_ = 0;
  std::vector<uint64_t> sums_;     // [height, width, channels]
  std::vector<uint64_t> squares_;  // [channels]
};

}  // namespace convlab
