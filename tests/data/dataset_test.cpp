#include "data/memory_dataset.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/synthetic.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

MemoryDataset two_by_one(int64_t size) { return {"pairs", {2, 1, 1}, {"a", "b", "c"}, size}; }

}  // namespace

TEST_CASE("dataset: images arrive in order until it is complete") {
  MemoryDataset dataset = two_by_one(3);
  CHECK(dataset.available() == 0);
  dataset.append(std::vector<uint8_t>{10, 11, 20, 21}, std::vector<uint8_t>{2, 0}, "first");
  CHECK(dataset.available() == 2);
  CHECK_FALSE(dataset.complete());
  const uint8_t* before = dataset.image(0).data();
  dataset.append(std::vector<uint8_t>{30, 31}, std::vector<uint8_t>{1}, "second");
  CHECK(dataset.complete());
  CHECK(dataset.image(0).data() == before);  // appending does not move earlier images
  CHECK(std::ranges::equal(dataset.image(1), std::vector<uint8_t>{20, 21}));
  CHECK(std::ranges::equal(dataset.image(2), std::vector<uint8_t>{30, 31}));
  CHECK(dataset.label(0) == 2);
  CHECK(dataset.label(2) == 1);
  CHECK(dataset.classes() == 3);
}

TEST_CASE("dataset: incompatible images and labels are refused and change nothing") {
  MemoryDataset dataset = two_by_one(2);
  CHECK_THROWS_MATCHES(
      dataset.append(std::vector<uint8_t>(3), std::vector<uint8_t>(2), "shard 7"), Error,
      MessageMatches(ContainsSubstring("shard 7: 3 bytes of images for 2 labels; expected 4")));
  CHECK_THROWS_MATCHES(
      dataset.append(std::vector<uint8_t>(6), std::vector<uint8_t>(3), "shard 7"), Error,
      MessageMatches(ContainsSubstring("shard 7: 3 images, too many for pairs, which has 0 of 2")));
  CHECK_THROWS_MATCHES(
      dataset.append(std::vector<uint8_t>(4), std::vector<uint8_t>{0, 3}, "shard 7"), Error,
      MessageMatches(
          ContainsSubstring("shard 7: label 3 of image 1 is out of range; expected 0 to 2")));
  CHECK(dataset.available() == 0);
  CHECK_THROWS_AS(dataset.image(0), Error);
}

TEST_CASE("dataset: invalid shapes, classes and sizes are refused") {
  CHECK_THROWS_AS(MemoryDataset("x", Shape({28, 28}), {"a"}, 1), Error);
  CHECK_THROWS_AS(MemoryDataset("x", Shape({28, 0, 1}), {"a"}, 1), Error);
  CHECK_THROWS_AS(MemoryDataset("x", Shape({28, 28, 1}), {}, 1), Error);
  CHECK_THROWS_AS(MemoryDataset("x", Shape({28, 28, 1}), std::vector<std::string>(257), 1), Error);
  CHECK_THROWS_AS(MemoryDataset("x", Shape({28, 28, 1}), {"a"}, -1), Error);
}

TEST_CASE("synthetic data: the nearest class mean tells the classes apart") {
  const DatasetSplits data = make_synthetic(200, 100, {28, 28, 1}, 10);
  CHECK(data.train->size() == 200);
  CHECK(data.test->complete());
  std::vector<std::vector<int64_t>> sums(10, std::vector<int64_t>(784));
  for (int64_t i = 0; i < 200; ++i) {
    for (size_t p = 0; p < 784; ++p) sums[data.train->label(i)][p] += pixels_of(*data.train, i)[p];
  }
  int right = 0;
  for (int64_t i = 0; i < 100; ++i) {
    std::vector<int64_t> distances(10);
    for (size_t c = 0; c < 10; ++c) {
      for (size_t p = 0; p < 784; ++p) {
        const int64_t difference =
            20 * pixels_of(*data.test, i)[p] - sums[c][p];  // 20 images per class
        distances[c] += difference * difference;
      }
    }
    const auto best = std::min_element(distances.begin(), distances.end()) - distances.begin();
    if (best == data.test->label(i)) ++right;
  }
  CHECK(right >= 95);
}

}  // namespace convlab
