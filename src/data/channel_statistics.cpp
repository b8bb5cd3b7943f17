#include "data/channel_statistics.h"

#include <algorithm>

#include "core/error.h"
#include "data/pixel_sums.h"

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
  const int64_t count =
      dataset.has_common_size() ? dataset.size() : std::min(dataset.size(), max_decoded);
  std::vector<uint8_t> pixels(static_cast<size_t>(dataset.image_shape().elements()));
  PixelSums sums(dataset.image_shape());
  ImageReader reader;
  for (int64_t i = 0; i < count; ++i) {
    try {
      reader.read(dataset, i * dataset.size() / count, pixels);
    } catch (const Error&) {
      continue;
    }
    sums.add(pixels);
  }
  if (sums.images() == 0) fail("[data] none of the images of {} can be read", dataset.name());
  return sums.statistics();
}

}  // namespace convlab
