#include "data/channel_statistics.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace convlab {

namespace {

constexpr int64_t max_decoded = 2000;

}  // namespace

ChannelStatistics channel_statistics(const Dataset& dataset) {
  if (dataset.statistics()) return *dataset.statistics();
  if (!dataset.complete()) {
    fail("[data] {} of {} images of {} have arrived; their mean and standard deviation need all",
         dataset.available(), dataset.size(), dataset.name());
  }
  const auto channels = static_cast<size_t>(dataset.image_shape()[2]);
  const auto bytes = static_cast<size_t>(dataset.image_shape().elements());
  const int64_t count =
      dataset.has_common_size() ? dataset.size() : std::min(dataset.size(), max_decoded);
  // Sums of whole numbers below 2^53 are exact, so their order does not matter.
  std::vector<double> sums(channels);
  std::vector<double> squares(channels);
  std::vector<uint8_t> pixels(bytes);
  ImageReader reader;
  ChannelStatistics result;
  for (int64_t i = 0; i < count; ++i) {
    try {
      reader.read(dataset, i * dataset.size() / count, pixels);
    } catch (const Error&) {
      continue;
    }
    ++result.images;
    std::vector<uint64_t> sum(channels);
    std::vector<uint64_t> square(channels);
    for (size_t at = 0; at < bytes; ++at) {
      const uint64_t value = pixels[at];
      sum[at % channels] += value;
      square[at % channels] += value * value;
    }
    for (size_t c = 0; c < channels; ++c) {
      sums[c] += static_cast<double>(sum[c]);
      squares[c] += static_cast<double>(square[c]);
    }
  }
  if (result.images == 0) fail("[data] none of the images of {} can be read", dataset.name());
  const size_t pixels_per_image = bytes / channels;
  const double n = static_cast<double>(result.images) * static_cast<double>(pixels_per_image);
  for (size_t c = 0; c < channels; ++c) {
    const double mean = sums[c] / n;
    result.mean.push_back(mean);
    result.deviation.push_back(std::sqrt(std::max(squares[c] / n - mean * mean, 0.0)));
  }
  return result;
}

}  // namespace convlab
