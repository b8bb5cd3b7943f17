#include "data/mix.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "core/beta.h"
#include "core/random.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Bytes = std::vector<uint8_t>;

Batch batch_of(Bytes images, std::vector<int32_t> labels) {
  Batch batch;
  batch.images = std::move(images);
  batch.labels = std::move(labels);
  return batch;
}

/// Images of one value each, whose labels are their positions.
Batch flat_images(const Shape& image, const Bytes& values) {
  Batch batch;
  for (const uint8_t value : values) {
    batch.images.insert(batch.images.end(), static_cast<size_t>(image.elements()), value);
    batch.labels.push_back(static_cast<int32_t>(batch.labels.size()));
  }
  return batch;
}

/// The λ that the batch's own random stream gives.
double lambda(RandomStream stream, double alpha, const MixSeed& at) {
  const uint64_t number = static_cast<uint64_t>(at.epoch) << 32 | static_cast<uint64_t>(at.batch);
  Random random(at.seed, stream_id(stream, number));
  return symmetric_beta(random, alpha);
}

}  // namespace

// λ is the same on every platform.
TEST_CASE("mixup: two images of two pixels, computed by hand") {
  const MixSeed at{.seed = 1, .epoch = 2, .batch = 5};
  Batch batch = batch_of({0, 200, 100, 0}, {3, 5});
  mixup(batch, {1, 2, 1}, 1, at);
  constexpr float weight = 18863 * 0x1p-16F;  // 0.288
  CHECK(std::abs(weight - lambda(RandomStream::mixup, 1, at)) <= 0x1p-17);
  CHECK(batch.label_weights == std::vector<float>{weight, weight});
  CHECK(batch.labels == std::vector<int32_t>{3, 5});
  CHECK(batch.second_labels == std::vector<int32_t>{5, 3});
  CHECK(batch.images == Bytes{71, 58, 29, 142});  // 71.2, 57.6, 28.8, 142.4
}

TEST_CASE("mixup: the partner is the image before, as it was; that of the first is the last") {
  const Bytes values{0, 50, 100, 250};
  Batch batch = flat_images({2, 3, 1}, values);
  mixup(batch, {2, 3, 1}, 0.4, {.seed = 7});
  CHECK(batch.second_labels == std::vector<int32_t>{3, 0, 1, 2});
  const double w = batch.label_weights[0];
  for (size_t i = 0; i < values.size(); ++i) {
    const double mixed = w * values[i] + (1 - w) * values[(i + 3) % 4];
    for (size_t pixel = 0; pixel < 6; ++pixel)
      CHECK(batch.images[i * 6 + pixel] == static_cast<uint8_t>(std::floor(mixed + 0.5)));
  }
}

TEST_CASE("mixup: a single image stays as it is, as do equal images; an empty batch is allowed") {
  Batch single = batch_of({1, 2, 255}, {4});
  mixup(single, {1, 1, 3}, 1, {});
  CHECK(single.images == Bytes{1, 2, 255});
  CHECK(single.second_labels == std::vector<int32_t>{4});
  Batch equal = batch_of({255, 0, 255, 0}, {1, 1});
  mixup(equal, {1, 2, 1}, 1, {});
  CHECK(equal.images == Bytes{255, 0, 255, 0});
  Batch empty;
  mixup(empty, {1, 2, 1}, 1, {});
  cutmix(empty, {1, 2, 1}, 1, {});
  CHECK_FALSE(empty.mixed());
}

// λ is 0.45, so the box has 0.74 of the height and width, which is 2 x 2 pixels. Its centre is in
// column 1 of row 0, so the upper half is outside the image.
TEST_CASE("cutmix: two images of 4 x 4 pixels, computed by hand") {
  const MixSeed at{.seed = 1, .epoch = 2, .batch = 4};
  CHECK(std::abs(lambda(RandomStream::cutmix, 1, at) - 0.4543) < 1e-4);
  Batch batch = flat_images({4, 4, 1}, {1, 9});
  cutmix(batch, {4, 4, 1}, 1, at);
  CHECK(batch.images == Bytes{9, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                              1, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9});
  CHECK(batch.label_weights == std::vector<float>{0.875F, 0.875F});
}

TEST_CASE("cutmix: the box has the size of lambda, is clipped, and its true area is the weight") {
  constexpr int64_t height = 10;
  constexpr int64_t width = 6;
  int clipped = 0;
  for (int64_t number = 0; number < 50; ++number) {
    INFO(number);
    Batch batch = flat_images({height, width, 2}, {10, 90});
    cutmix(batch, {height, width, 2}, 1, {.seed = 1, .batch = number});
    // The formulas of the paper, from the same random numbers.
    Random random(1, stream_id(RandomStream::cutmix, static_cast<uint64_t>(number)));
    const double cut = std::sqrt(1 - symmetric_beta(random, 1));
    const int64_t x = random.below(width);
    const int64_t y = random.below(height);
    const auto half_width = static_cast<int64_t>(width * cut / 2);
    const auto half_height = static_cast<int64_t>(height * cut / 2);
    int64_t replaced = 0;
    for (int64_t row = 0; row < height; ++row) {
      for (int64_t column = 0; column < width; ++column) {
        const bool inside = row >= y - half_height && row < y + half_height &&
                            column >= x - half_width && column < x + half_width;
        replaced += inside ? 1 : 0;
        const auto at = static_cast<size_t>((row * width + column) * 2);
        const auto second = at + size_t{height * width * 2};
        for (const size_t channel : {0, 1}) {
          CHECK(batch.images[at + channel] == (inside ? 90 : 10));
          CHECK(batch.images[second + channel] == (inside ? 10 : 90));
        }
      }
    }
    clipped += replaced < 4 * half_width * half_height ? 1 : 0;
    const auto weight = static_cast<float>(1 - double(replaced) / (height * width));
    CHECK(batch.label_weights == std::vector<float>(2, weight));
    CHECK(batch.second_labels == std::vector<int32_t>{1, 0});
  }
  CHECK(clipped > 10);
  CHECK(clipped < 50);
}

TEST_CASE("mixup and cutmix depend on seed, epoch and batch alone, and each has its own stream") {
  const Shape image{8, 8, 1};
  for (const auto mix : {mixup, cutmix}) {
    const auto mixed = [&](const MixSeed& seed) {
      Batch batch = flat_images(image, {0, 255});
      mix(batch, image, 1, seed);
      return std::pair(batch.images, batch.label_weights);
    };
    CHECK(mixed({1, 2, 3}) == mixed({1, 2, 3}));
    std::set<Bytes> different;
    for (const MixSeed& seed :
         {MixSeed{1, 2, 3}, MixSeed{2, 2, 3}, MixSeed{1, 3, 3}, MixSeed{1, 2, 4}, MixSeed{1, 3, 2}})
      different.insert(mixed(seed).first);
    CHECK(different.size() == 5);
  }
  CHECK(lambda(RandomStream::mixup, 1, {1, 2, 3}) != lambda(RandomStream::cutmix, 1, {1, 2, 3}));
}

TEST_CASE("mixup and cutmix refuse invalid arguments") {
  const Shape image{2, 2, 1};
  for (const auto mix : {mixup, cutmix}) {
    Batch batch = flat_images(image, {0, 255});
    for (const double alpha : {0.0, -1.0, 1001.0, std::nan("")})
      CHECK_THROWS_WITH(mix(batch, image, alpha, {}), ContainsSubstring("] alpha is "));
    CHECK_THROWS_WITH(
        mix(batch, {2, 2, 3}, 1, {}),
        ContainsSubstring("2 images has 8 bytes; expected 24 for images of (2, 2, 3)"));
    CHECK_THROWS_WITH(mix(batch, {4}, 1, {}), ContainsSubstring("(height, width, channels)"));
    CHECK_FALSE(batch.mixed());
    mix(batch, image, 1, {});
    CHECK_THROWS_WITH(mix(batch, image, 1, {}), ContainsSubstring("is mixed already"));
  }
}

}  // namespace convlab
