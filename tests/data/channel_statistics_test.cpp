#include "data/channel_statistics.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "core/error.h"
#include "data/cached_dataset.h"
#include "data/encoded_dataset.h"
#include "data/image_files.h"
#include "data/memory_dataset.h"
#include "data/resized_dataset.h"
#include "data/synthetic.h"

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

TEST_CASE("channel statistics: of the stored pixels, in whatever size and shape they are used") {
  const TemporaryFolder folder("statistics");
  // Six pixels: 0, 0, 240, 240 and 60, 60.
  folder.write("1.png", make_png({1, 4, PngColor::grey}, {0, 0, 0, 240, 240}));
  folder.write("2.png", make_png({2, 1, PngColor::grey}, {0, 60, 0, 60}));
  folder.write("3.png", Bytes{'n', 'o'});
  const std::vector<EncodedDataset::Item> items{{0, 0}, {1, 0}, {2, 0}};
  const auto photos = std::make_shared<EncodedDataset>(
      "photos", Shape{2, 2, 1}, std::vector<std::string>{"a"}, open_folder(folder.path()), items);
  const ChannelStatistics stored = channel_statistics(*photos);
  CHECK(stored.images == 2);
  CHECK(stored.mean == std::vector<double>{100});
  CHECK(stored.deviation[0] == Catch::Approx(101.98039027185569));  // sqrt(20400 - 100^2)
  for (const ResizeMode mode : {ResizeMode::crop, ResizeMode::stretch}) {
    const auto small = with_image_shape(photos, {1, 1, 1}, mode);
    for (const auto& dataset : {small, with_cache(small, 100)}) {
      CHECK(channel_statistics(*dataset).mean == stored.mean);
      CHECK(channel_statistics(*dataset).deviation == stored.deviation);
    }
  }
  // The channels are those of the network's input.
  const ChannelStatistics colored = channel_statistics(*with_image_shape(photos, {9, 9, 3}));
  CHECK(colored.mean == std::vector<double>(3, 100));
  CHECK(colored.deviation == std::vector<double>(3, stored.deviation[0]));
}

TEST_CASE("channel statistics: of colours as grey where the input is grey") {
  MemoryDataset dataset("colors", {1, 2, 3}, {"a"}, 1);
  dataset.append(std::vector<uint8_t>{255, 0, 0, 255, 255, 255}, std::vector<uint8_t>{0}, "test");
  const auto grey =
      with_image_shape(std::make_shared<MemoryDataset>(std::move(dataset)), {1, 2, 1});
  CHECK(channel_statistics(*grey).mean == std::vector<double>{(76 + 255) / 2.0});
}

}  // namespace convlab
