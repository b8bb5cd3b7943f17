#include "data/channel_statistics.h"

#include <algorithm>

#include "core/error.h"
#include "data/pixel_sums.h"

namespace convlab {

namespace {

constexpr int64_t max_decoded = 2000;

}  // namespace

ChannelStatistics channel_statistics(const Dataset& dataset) {
  check_has_images(dataset, "[data] the mean and standard deviation of the channels:");
  const Dataset& stored = dataset.stored();
  const int64_t channels = dataset.image_shape()[2];
  if (stored.statistics() && channels == stored.image_shape()[2]) return *stored.statistics();
  if (!stored.complete()) {
    fail("[data] {} of {} images of {} have arrived; their mean and standard deviation need all",
         stored.available(), stored.size(), stored.name());
  }
  const int64_t count =
      stored.has_common_size() ? stored.size() : std::min(stored.size(), max_decoded);
  ChannelSums sums(channels);
  std::vector<uint8_t> bytes;
  DecodedImage decoded;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t index = i * stored.size() / count;
    try {
      sums.add(stored.decode(index, stored.fetch(index, bytes), decoded));
    } catch (const Error&) {
      continue;
    }
  }
  if (sums.images() == 0) fail("[data] none of the images of {} can be read", dataset.name());
  return sums.statistics();
}

}  // namespace convlab
