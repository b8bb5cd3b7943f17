#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/shape.h"
#include "data/channel_statistics.h"
#include "data/image_decoder.h"

namespace convlab {

/// The sums over the pixels of images of any size from which mean and standard deviation of each
/// channel are computed. They are whole numbers, so their order makes no difference.
class ChannelSums {
 public:
  explicit ChannelSums(int64_t channels);

  /// Adds an image, with colours as in fit_image if it has other channels.
  void add(const ImageView& image);
  /// Number of images added.
  int64_t images() const { return images_; }
  /// Returns mean and standard deviation of each channel; at least one image must have been added.
  ChannelStatistics statistics() const;

 private:
  void add_color(const ImageView& image);
  void add_grey(const ImageView& image);

  int64_t images_ = 0;
  uint64_t pixels_ = 0;
  std::vector<uint64_t> sums_;  // [channels]
  std::vector<uint64_t> squares_;
};

/// The sums of images of one size, which also have a mean image.
class PixelSums {
 public:
  /// `image`: shape of the images (height, width, channels).
  explicit PixelSums(const Shape& image);

  /// Adds an image, of as many pixels as the shape says.
  void add(std::span<const uint8_t> pixels);
  /// Number of images added.
  int64_t images() const { return channels_.images(); }
  ChannelStatistics statistics() const { return channels_.statistics(); }
  /// Returns the rounded mean of each value, [height, width, channels]; at least one image must
  /// have been added.
  std::vector<uint8_t> mean_image() const;

 private:
  Shape image_;
  ChannelSums channels_;
  std::vector<uint64_t> sums_;  // [height, width, channels]
};

}  // namespace convlab
