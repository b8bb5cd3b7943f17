#include "data/pixel_sums.h"

#include <algorithm>
#include <cmath>

#include "data/luma.h"

namespace convlab {

ChannelSums::ChannelSums(int64_t channels)
    : sums_(static_cast<size_t>(channels)), squares_(static_cast<size_t>(channels)) {}

void ChannelSums::add(const ImageView& image) {
  ++images_;
  pixels_ += static_cast<uint64_t>(image.height) * static_cast<uint64_t>(image.width);
  const auto channels = static_cast<size_t>(image.channels);
  if (channels == 1) return add_grey(image);
  if (channels != sums_.size()) return add_color(image);
  for (size_t at = 0; at < image.pixels.size(); at += channels) {
    for (size_t c = 0; c < channels; ++c) {
      const uint64_t value = image.pixels[at + c];
      sums_[c] += value;
      squares_[c] += value * value;
    }
  }
}

/// A colour image as grey.
void ChannelSums::add_color(const ImageView& image) {
  const uint8_t* end = image.pixels.data() + image.pixels.size();
  for (const uint8_t* pixel = image.pixels.data(); pixel != end; pixel += image.channels) {
    const uint64_t value = luma(pixel);
    sums_[0] += value;
    squares_[0] += value * value;
  }
}

/// A grey image, whose channels are equal if there are more.
void ChannelSums::add_grey(const ImageView& image) {
  uint64_t sum = 0;
  uint64_t square = 0;
  for (const uint64_t value : image.pixels) {
    sum += value;
    square += value * value;
  }
  for (size_t c = 0; c < sums_.size(); ++c) {
    sums_[c] += sum;
    squares_[c] += square;
  }
}

ChannelStatistics ChannelSums::statistics() const {
  const auto values = static_cast<double>(pixels_);
  ChannelStatistics result{.images = images_};
  for (size_t c = 0; c < sums_.size(); ++c) {
    const double mean = static_cast<double>(sums_[c]) / values;
    const double square = static_cast<double>(squares_[c]) / values;
    result.mean.push_back(mean);
    result.deviation.push_back(std::sqrt(std::max(square - mean * mean, 0.0)));
  }
  return result;
}

PixelSums::PixelSums(const Shape& image)
    : image_(image), channels_(image[2]), sums_(static_cast<size_t>(image.elements())) {}

void PixelSums::add(std::span<const uint8_t> pixels) {
  channels_.add({image_[0], image_[1], image_[2], pixels});
  for (size_t i = 0; i < pixels.size(); ++i) sums_[i] += pixels[i];
}

std::vector<uint8_t> PixelSums::mean_image() const {
  const auto count = static_cast<uint64_t>(images());
  std::vector<uint8_t> mean;
  mean.reserve(sums_.size());
  for (const uint64_t sum : sums_) mean.push_back(static_cast<uint8_t>((sum + count / 2) / count));
  return mean;
}

}  // namespace convlab
