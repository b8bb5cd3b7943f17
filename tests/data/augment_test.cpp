#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "core/error.h"
#include "data/augment/augmentation.h"
#include "data/augment/augmentation_text.h"
#include "data/augment/color.h"
#include "data/augment/crop.h"
#include "data/augment/tone.h"
#include "data/augment_pixels.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

const Shape color_image{9, 7, 3};

Bytes augmented(std::string_view text, const AugmentationKey& key, Bytes pixels,
                const Shape& image) {
  Augmentation::Scratch scratch;
  Augmentation(parse_augmentation(text)).apply(pixels, image, key, scratch);
  return pixels;
}

Bytes augmented(std::string_view text, const AugmentationKey& key) {
  return augmented(text, key, uneven_bytes(9 * 7 * 3), color_image);
}

/// Different images.
class Seen {
 public:
  void insert(const Bytes& pixels) { images_.emplace(pixels.begin(), pixels.end()); }
  bool has(const Bytes& pixels) const {
    return images_.count(std::string(pixels.begin(), pixels.end())) == 1;
  }
  size_t size() const { return images_.size(); }
  bool operator==(const Seen& other) const { return images_ == other.images_; }

 private:
  std::set<std::string> images_;
};

/// Each operation alone, so that it changes most images.
const std::vector<std::string> operations{"flip",
                                          "vertical_flip",
                                          "alternating_flip",
                                          "width_shift=0.2",
                                          "height_shift=3",
                                          "shift=2,whole_pixel_shift",
                                          "rotate=30",
                                          "shear=20",
                                          "zoom=0.3",
                                          "crop_padding=3",
                                          "crop_padding=2,crop_fill=reflect",
                                          "brightness=0.4",
                                          "contrast=0.5",
                                          "saturation=0.9",
                                          "hue=0.3",
                                          "channel_shift=50",
                                          "grey=0.5",
                                          "rand_augment=2",
                                          "noise=20",
                                          "erase=0.9",
                                          "cutout=3"};

TEST_CASE("augment: without operations nothing changes") {
  const Augmentation off{AugmentationOptions{}};
  CHECK(off.empty());
  CHECK(augmented("", {1, 2, 3}) == uneven_bytes(9 * 7 * 3));
  // These only say how others work.
  CHECK(Augmentation(parse_augmentation("fill_mode=wrap,cval=3,crop_fill=reflect,erase_value=9,"
                                        "rand_augment_magnitude=3,whole_pixel_shift"))
            .empty());
}

TEST_CASE("augment: each operation changes images, in a way that seed, epoch and index determine") {
  for (const std::string& text : operations) {
    INFO(text);
    CHECK_FALSE(Augmentation(parse_augmentation(text)).empty());
    const AugmentationKey key{5, 6, 7};
    CHECK(augmented(text, key) == augmented(text, key));
    Seen by_seed;
    Seen by_epoch;
    Seen by_index;
    for (int i = 0; i < 12; ++i) {
      by_seed.insert(augmented(text, {static_cast<uint64_t>(i), 6, 7}));
      by_epoch.insert(augmented(text, {5, i, 7}));
      by_index.insert(augmented(text, {5, 6, i}));
    }
    CHECK(by_seed.size() > 1);
    CHECK(by_epoch.size() > 1);
    CHECK(by_index.size() > 1);
  }
}

TEST_CASE("augment: the scratch memory of other images makes no difference") {
  Augmentation::Scratch scratch;
  const Augmentation augmentation(parse_augmentation("crop_padding=2,rotate=40,rand_augment=4"));
  Bytes large = uneven_bytes(30 * 20);
  augmentation.apply(large, {30, 20, 1}, {1, 2, 3}, scratch);
  Bytes small = uneven_bytes(9 * 7 * 3);
  augmentation.apply(small, color_image, {1, 2, 3}, scratch);
  CHECK(small == augmented("crop_padding=2,rotate=40,rand_augment=4", {1, 2, 3}));
}

TEST_CASE("augment: the same images on every platform") {
  // FNV-1a of the bytes, computed once on x86-64: a change of the draws or of their order would
  // change the images of a seed.
  uint64_t hash = 0xcbf29ce484222325;
  for (const std::string& text : operations) {
    for (int64_t index = 0; index < 4; ++index) {
      for (const uint8_t byte : augmented(text, {11, 3, index}))
        hash = (hash ^ byte) * 0x100000001b3;
    }
  }
  CHECK(hash == 0x1c8b0d6385f35b98);
}

TEST_CASE("augment: an operation draws the same whether others are on or not") {
  for (int64_t index = 0; index < 40; ++index) {
    const AugmentationKey key{3, 1, index};
    Bytes expected = augmented("crop_padding=2", key);
    if (augmented("flip", key) != augmented("", key)) flip_columns(expected, color_image);
    if (augmented("vertical_flip", key) != augmented("", key)) flip_rows(expected, color_image);
    CHECK(augmented("crop_padding=2,flip,vertical_flip", key) == expected);
    // Each later operation continues with the result of the earlier ones.
    const Bytes rotated = augmented("rotate=20", key);
    for (const char* later :
         {"contrast=0.5", "noise=20", "hue=0.2", "cutout=4", "erase=0.5", "rand_augment=2"}) {
      INFO(later);
      CHECK(augmented(std::string("rotate=20,") + later, key) ==
            augmented(later, key, rotated, color_image));
    }
  }
}

TEST_CASE("augment, flip: half of the images, and other ones for each seed and epoch") {
  const Bytes before{1, 2};
  int flipped = 0;
  for (int i = 0; i < 1000; ++i)
    flipped += augmented("flip", {1, i % 10, i}, before, {1, 2, 1}) == before ? 0 : 1;
  CHECK(std::abs(flipped - 500) < 80);  // five standard deviations
}

TEST_CASE("augment, alternating flip: each image in every other epoch, half of them in the first") {
  const Bytes before{1, 2};
  const auto is_flipped = [&](int64_t epoch, int64_t index) {
    return augmented("alternating_flip", {1, epoch, index}, before, {1, 2, 1}) != before;
  };
  int in_first = 0;
  for (int index = 0; index < 1000; ++index) {
    in_first += is_flipped(0, index) ? 1 : 0;
    for (const int epoch : {0, 1, 6})
      CHECK(is_flipped(epoch, index) != is_flipped(epoch + 1, index));
  }
  CHECK(std::abs(in_first - 500) < 80);
}

TEST_CASE("augment, crop: every place within the padding") {
  Seen seen;
  for (int index = 0; index < 300; ++index)
    seen.insert(augmented("crop_padding=1", {1, 0, index}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {3, 3, 1}));
  CHECK(seen.size() == 9);
  CHECK(seen.has({0, 0, 0, 0, 1, 2, 0, 4, 5}));
  CHECK(seen.has({5, 6, 0, 8, 9, 0, 0, 0, 0}));
}

/// Shifts of a white pixel at the centre of 21×21, (right, down).
std::set<std::pair<int, int>> shifts(std::string_view text) {
  std::set<std::pair<int, int>> seen;
  for (int index = 0; index < 600; ++index) {
    Bytes pixels(441, 0);
    pixels[220] = 255;
    const Bytes moved = augmented(text, {1, 0, index}, pixels, {21, 21, 1});
    REQUIRE(std::count(moved.begin(), moved.end(), 255) == 1);
    const auto at = std::find(moved.begin(), moved.end(), 255) - moved.begin();
    seen.emplace(static_cast<int>(at % 21) - 10, static_cast<int>(at / 21) - 10);
  }
  return seen;
}

TEST_CASE("augment, shift: whole pixels, each within the range, and each axis its own") {
  std::set<std::pair<int, int>> expected;
  for (int x = -2; x <= 2; ++x) {
    for (int y = -1; y <= 1; ++y) expected.emplace(x, y);
  }
  CHECK(shifts("width_shift=2,height_shift=1,whole_pixel_shift") == expected);
  // 0.1 of 21 pixels are 2.
  CHECK(shifts("width_shift=0.1,height_shift=1.9,whole_pixel_shift") == expected);
}

TEST_CASE("augment, shift: one axis draws the same whether the other is shifted or not") {
  for (int index = 0; index < 20; ++index) {
    const auto column = [&](std::string_view text) {
      Bytes pixels(441, 0);
      pixels[220] = 255;
      const Bytes moved = augmented(text, {1, 0, index}, pixels, {21, 21, 1});
      return (std::find(moved.begin(), moved.end(), 255) - moved.begin()) % 21;
    };
    CHECK(column("width_shift=9,whole_pixel_shift") ==
          column("width_shift=9,height_shift=9,whole_pixel_shift"));
  }
}

TEST_CASE("augment, shift: fractions of the side, up to the range") {
  // A ramp shows the shift: every inner pixel changes by the same.
  Bytes ramp;
  for (int i = 0; i < 50; ++i) ramp.push_back(static_cast<uint8_t>(5 * i));
  int least = 255;
  int most = 0;
  for (int index = 0; index < 500; ++index) {
    const Bytes moved = augmented("width_shift=0.1", {1, 0, index}, ramp, {1, 50, 1});
    least = std::min(least, int{moved[25]});
    most = std::max(most, int{moved[25]});
  }
  // 0.1 of 50 pixels are 5, in values 25.
  CHECK(least >= 100);
  CHECK(least <= 101);
  CHECK(most <= 150);
  CHECK(most >= 149);
}

TEST_CASE("augment, zoom: each axis its own, within the range") {
  // Zoom z shows the part z of a ramp about its centre.
  Bytes pixels;
  for (int y = 0; y < 51; ++y) {
    for (int x = 0; x < 51; ++x) {
      pixels.push_back(static_cast<uint8_t>(5 * x));
      pixels.push_back(static_cast<uint8_t>(5 * y));
    }
  }
  std::array<double, 2> least{10, 10};
  std::array<double, 2> most{0, 0};
  int different = 0;
  for (int index = 0; index < 300; ++index) {
    const Bytes zoomed = augmented("zoom_min=0.5,zoom_max=1.5", {1, 0, index}, pixels, {51, 51, 2});
    const auto at = [&](size_t y, size_t x, size_t c) { return zoomed[(y * 51 + x) * 2 + c]; };
    const double x_zoom = (at(25, 35, 0) - at(25, 15, 0)) / 100.0;
    const double y_zoom = (at(35, 25, 1) - at(15, 25, 1)) / 100.0;
    least = {std::min(least[0], x_zoom), std::min(least[1], y_zoom)};
    most = {std::max(most[0], x_zoom), std::max(most[1], y_zoom)};
    different += std::abs(x_zoom - y_zoom) > 0.1 ? 1 : 0;
  }
  for (const size_t axis : {0, 1}) {
    CHECK(std::abs(least.at(axis) - 0.5) < 0.03);
    CHECK(std::abs(most.at(axis) - 1.5) < 0.03);
  }
  CHECK(different > 200);
}

/// The least and the greatest first byte of many augmented images.
std::pair<int, int> extremes(std::string_view text, const Bytes& pixels, const Shape& image) {
  std::pair<int, int> seen{255, 0};
  for (int index = 0; index < 1000; ++index) {
    const int value = augmented(text, {1, 0, index}, pixels, image)[0];
    seen = {std::min(seen.first, value), std::max(seen.second, value)};
  }
  return seen;
}

TEST_CASE("augment: factors and shifts lie in their ranges and reach their ends") {
  using Range = std::pair<int, int>;
  CHECK(extremes("brightness_min=0.5,brightness_max=1.5", {100}, {1, 1, 1}) == Range{50, 150});
  CHECK(extremes("brightness=0.2", {100}, {1, 1, 1}) == Range{80, 120});
  // From the mean 100.
  CHECK(extremes("contrast=0.5", {140, 60}, {1, 2, 1}) == Range{120, 160});
  CHECK(extremes("channel_shift=30", {100, 0, 255}, {1, 3, 1}) == Range{70, 130});
  // From the grey 0.299 · 100 + 0.587 · 46 + 0.114 · 31, which is 60.
  CHECK(extremes("saturation=0.5", {100, 46, 31}, {1, 1, 3}) == Range{80, 120});
}

TEST_CASE("augment, grey: with its probability") {
  int grey = 0;
  for (int index = 0; index < 1000; ++index) {
    const Bytes pixels = augmented("grey=0.2", {1, 0, index}, {10, 20, 30}, {1, 1, 3});
    grey += pixels[0] == pixels[2] ? 1 : 0;
  }
  CHECK(std::abs(grey - 200) < 64);  // five standard deviations
}

TEST_CASE("augment, noise: mean 0 and the given standard deviation") {
  const Bytes pixels = augmented("noise=12", {1, 2, 3}, Bytes(100 * 100, 128), {100, 100, 1});
  double sum = 0;
  double squares = 0;
  for (const uint8_t value : pixels) {
    sum += value - 128;
    squares += (value - 128) * (value - 128);
  }
  CHECK(std::abs(sum / 10'000) < 0.6);                      // five standard errors: 5 · 12 / 100
  CHECK(std::abs(std::sqrt(squares / 10'000) - 12) < 0.5);  // 5 · 12 / √20,000 and rounding
  // Neighbours are independent: two such numbers, rounded, are equal with probability
  // 1 / (2 √π 12), 0.024.
  for (const size_t first : {0, 1}) {
    int equal = 0;
    for (size_t i = first; i + 1 < pixels.size(); i += 2)
      equal += pixels[i] == pixels[i + 1] ? 1 : 0;
    CHECK(equal < 5000 * 0.035);
  }
  // An odd number of values, and values that cannot go further.
  const Bytes white = augmented("noise=50", {1, 2, 3}, Bytes(27, 255), {3, 3, 3});
  CHECK(std::count(white.begin(), white.end(), 255) > 5);
  CHECK(white.back() != white[25]);
}

/// What RandAugment's operations with magnitude 15, half of the greatest, make of an image.
Seen rand_augmented(const Bytes& pixels, const Shape& image) {
  Seen expected;
  const auto add = [&](const auto& change) {
    Bytes changed = pixels;
    change(changed);
    expected.insert(changed);
  };
  const auto add_warp = [&](const Affine& affine) {
    add([&](Bytes& to) { warp_affine(pixels, image, affine, {}, to); });
  };
  for (const double level : {-0.5, 0.5}) {
    add_warp(about_center({.xy = level * 0.3}, image));
    add_warp(about_center({.yx = level * 0.3}, image));
    add_warp({.x0 = std::trunc(level * 150 / 331 * static_cast<double>(image[1]))});
    add_warp({.y0 = std::trunc(level * 150 / 331 * static_cast<double>(image[0]))});
    add_warp(combined_affine({.rotation = level * 30}, image));
    const double factor = 1 + level * 0.9;
    add([&](Bytes& to) { adjust_brightness(to, factor); });
    add([&](Bytes& to) { adjust_saturation(to, 3, factor); });
    add([&](Bytes& to) { adjust_contrast(to, 3, factor); });
    add([&](Bytes& to) {
      Bytes copy(to.size());
      adjust_sharpness(to, image, factor, copy);
    });
  }
  expected.insert(pixels);
  add([](Bytes& to) { posterize(to, 6); });
  add([](Bytes& to) { solarize(to, 127.5); });
  add([](Bytes& to) { stretch_contrast(to, 3); });
  add([](Bytes& to) { equalize(to, 3); });
  return expected;
}

TEST_CASE("augment, RandAugment: the operations of torchvision, with their strengths") {
  const Shape image{20, 30, 3};  // enough pixels for equalize
  Bytes pixels = uneven_bytes(20 * 30 * 3);
  for (uint8_t& value : pixels) value = static_cast<uint8_t>(value / 2 + 20);
  Seen seen;
  for (int index = 0; index < 500; ++index) {
    seen.insert(
        augmented("rand_augment=1,rand_augment_magnitude=15", {1, 0, index}, pixels, image));
  }
  const Seen expected = rand_augmented(pixels, image);
  CHECK(expected.size() == 14 + 9);  // nine of them in two directions
  CHECK(seen == expected);
}

TEST_CASE("augment, RandAugment: as many operations as asked for, one after another") {
  Seen seen;
  for (int index = 0; index < 500; ++index)
    seen.insert(augmented("rand_augment=2,rand_augment_magnitude=15", {1, 0, index}));
  CHECK(seen.size() > 100);  // of 23² pairs
}

TEST_CASE("augment: images of any shape") {
  std::string all;
  for (const std::string& text : operations) {
    if (text == "flip" || text.find("crop_fill") != std::string::npos ||
        text.find("whole") != std::string::npos)
      continue;
    all += (all.empty() ? "" : ",") + text;
  }
  for (const Shape& image : {Shape{1, 1, 1}, Shape{1, 1, 3}, Shape{1, 11, 1}, Shape{11, 1, 3},
                             Shape{2, 3, 4}, Shape{0, 3, 3}}) {
    const Bytes pixels = uneven_bytes(static_cast<int>(image.elements()));
    for (int index = 0; index < 50; ++index) {
      for (const char* mode : {"constant", "nearest", "reflect", "wrap"}) {
        const std::string text = all + ",fill_mode=" + mode;
        CHECK(augmented(text, {1, 0, index}, pixels, image).size() == pixels.size());
      }
    }
  }
}

TEST_CASE("augment: bytes that are not the image are refused") {
  Bytes pixels(5);
  Augmentation::Scratch scratch;
  const Augmentation augmentation{AugmentationOptions{}};
  CHECK_THROWS_MATCHES(
      augmentation.apply(pixels, {2, 2, 1}, {}, scratch), Error,
      MessageMatches(ContainsSubstring("5 bytes for an image of shape (2, 2, 1)")));
  CHECK_THROWS_AS(augmentation.apply(pixels, {5, 1}, {}, scratch), Error);
}

}  // namespace
}  // namespace convlab
