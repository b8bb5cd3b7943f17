#include "data/pixel_sums.h"

#include <algorithm>
#include <cmath>

namespace convlab {

PixelSums::PixelSums(const Shape& image)
    : channels_(static_cast<size_t>(image[2])),
      sums_(static_cast<size_t>(image.elements())),
      squares_(channels_) {}

void PixelSums::add(std::span<const uint8_t> pixels) {
  ++images_;
  for (size_t at = 0; at < pixels.size(); at += channels_) {
    for (size_t c = 0; c < channels_; ++c) {
      const uint64_t value = pixels[at + c];
      sums_[at + c] += value;
      squares_[c] += value * value;
    }
  }
}

ChannelStatistics PixelSums::statistics() const {
  std::vector<uint64_t> sums(channels_);
  for (size_t at = 0; at < sums_.size(); ++at) sums[at % channels_] += sums_[at];
  const size_t pixels = sums_.size() / channels_;
  const double values = static_cast<double>(images_) * static_cast<double>(pixels);
  ChannelStatistics result{.images = images_};
  for (size_t c = 0; c < channels_; ++c) {
    const double mean = static_cast<double>(sums[c]) / values;
    const double square = static_cast<double>(squares_[c]) / values;
    result.mean.push_back(mean);
    result.deviation.push_back(std::sqrt(std::max(square - mean * mean, 0.0)));
  }
  return result;
}

std::vector<uint8_t> PixelSums::mean_image() const {
  const auto count = static_cast<uint64_t>(images_);
  std::vector<uint8_t> mean;
  mean.reserve(sums_.size());
  for (const uint64_t sum : sums_) mean.push_back(static_cast<uint8_t>((sum + count / 2) / count));
  return mean;
}

}  // namespace convlab
