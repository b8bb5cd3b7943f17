#include "data/channel_statistics.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "core/error.h"
#include "data/memory_dataset.h"

namespace convlab {

TEST_CASE("channel statistics: mean and standard deviation of each channel, by hand") {
  MemoryDataset dataset("two", {1, 2, 3}, {"a"}, 2);
  // Red: 0, 10, 20, 30; green: always 7; blue: 0, 0, 0, 255.
  const std::vector<uint8_t> pixels{0, 7, 0, 10, 7, 0, 20, 7, 0, 30, 7, 255};
  CHECK_THROWS_AS(channel_statistics(dataset), Error);
  dataset.append(pixels, std::vector<uint8_t>{0, 0}, "test");
  const ChannelStatistics statistics = channel_statistics(dataset);
  CHECK(statistics.images == 2);
  CHECK(statistics.mean == std::vector<double>{15, 7, 63.75});
  CHECK(statistics.deviation[0] == Catch::Approx(11.18033988749895));  // sqrt(125)
  CHECK(statistics.deviation[1] == 0);
  CHECK(statistics.deviation[2] == Catch::Approx(110.41823898251594));  // sqrt(255^2 * 3 / 16)
}

}  // namespace convlab
