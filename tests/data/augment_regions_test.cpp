#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

#include "data/augment/crop.h"
#include "data/augment/erase.h"
#include "data/augment_pixels.h"

namespace convlab {
namespace {

Bytes window(const Bytes& pixels, const Shape& image, int64_t top, int64_t left, CropFill fill) {
  Bytes out(pixels.size());
  copy_window(pixels, image, top, left, fill, out);
  return out;
}

TEST_CASE("augment, crop: what was padded is zero or mirrored at the edge pixel") {
  const Bytes line{1, 2, 3, 4};
  for (const Shape& image : {Shape{1, 4, 1}, Shape{4, 1, 1}}) {
    const bool is_row = image[0] == 1;
    const auto moved = [&](int64_t by, CropFill fill) {
      return window(line, image, is_row ? 0 : by, is_row ? by : 0, fill);
    };
    CHECK(moved(0, CropFill::zero) == line);
    CHECK(moved(-2, CropFill::zero) == Bytes{0, 0, 1, 2});
    CHECK(moved(3, CropFill::zero) == Bytes{4, 0, 0, 0});
    CHECK(moved(-9, CropFill::zero) == Bytes{0, 0, 0, 0});
    CHECK(moved(-2, CropFill::reflect) == Bytes{3, 2, 1, 2});
    CHECK(moved(2, CropFill::reflect) == Bytes{3, 4, 3, 2});
    CHECK(moved(-9, CropFill::reflect) == Bytes{4, 3, 2, 1});  // mirrored again and again
  }
  CHECK(window({7, 8}, {1, 1, 2}, 5, -3, CropFill::reflect) == Bytes{7, 8});
}

TEST_CASE("augment, crop: both axes and several channels") {
  const Bytes pixels{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};  // 2×3 pixels of 2 channels
  const Shape image{2, 3, 2};
  CHECK(window(pixels, image, 1, 1, CropFill::zero) ==
        Bytes{9, 10, 11, 12, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(window(pixels, image, -1, -1, CropFill::reflect) ==
        Bytes{9, 10, 7, 8, 9, 10, 3, 4, 1, 2, 3, 4});
}

TEST_CASE("augment, flip: mirrors pixels, not their channels") {
  Bytes pixels{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  flip_columns(pixels, {2, 3, 2});
  CHECK(pixels == Bytes{5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8});
  flip_rows(pixels, {2, 3, 2});
  CHECK(pixels == Bytes{11, 12, 9, 10, 7, 8, 5, 6, 3, 4, 1, 2});
  Bytes rows{1, 2, 3};
  flip_rows(rows, {3, 1, 1});
  CHECK(rows == Bytes{3, 2, 1});
  flip_columns(rows, {3, 1, 1});
  CHECK(rows == Bytes{3, 2, 1});
}

/// The erased part of an image without `value`.
struct Erased {
  Erased(const Bytes& pixels, const Shape& image, uint8_t value) {
    for (int64_t y = 0; y < image[0]; ++y) {
      for (int64_t x = 0; x < image[1]; ++x) {
        if (pixels[static_cast<size_t>((y * image[1] + x) * image[2])] != value) continue;
        ++count;
        top = std::min(top, y);
        left = std::min(left, x);
        bottom = std::max(bottom, y + 1);
        right = std::max(right, x + 1);
      }
    }
  }
  int64_t count = 0, top = 1000, left = 1000, bottom = 0, right = 0;
};

TEST_CASE("augment, erase: a rectangle of the given area and at most 1 to 0.3, anywhere") {
  const Shape image{40, 50, 3};
  std::set<int64_t> tops;
  std::set<int64_t> lefts;
  int64_t least = 2000;
  int64_t most = 0;
  Random random(1, 2);
  for (int i = 0; i < 500; ++i) {
    Bytes pixels(40 * 50 * 3, 0);
    erase_rectangle(pixels, image, {0.05, 0.2}, 9, random);
    const Erased erased(pixels, image, 9);
    REQUIRE(erased.count > 0);
    const int64_t height = erased.bottom - erased.top;
    const int64_t width = erased.right - erased.left;
    CHECK(erased.count == height * width);
    CHECK(std::count(pixels.begin(), pixels.end(), 9) == 3 * erased.count);
    // Sides are rounded: half a pixel at each.
    CHECK(static_cast<double>(height) >= 0.3 * static_cast<double>(width) - 1);
    CHECK(static_cast<double>(width) >= 0.3 * static_cast<double>(height) - 1);
    least = std::min(least, erased.count);
    most = std::max(most, erased.count);
    tops.insert(erased.top);
    lefts.insert(erased.left);
  }
  CHECK(least > 0.05 * 2000 - 15);
  CHECK(least < 0.07 * 2000);
  CHECK(most < 0.2 * 2000 + 25);
  CHECK(most > 0.18 * 2000);
  CHECK(tops.size() > 20);
  CHECK(lefts.size() > 25);
}

TEST_CASE("augment, erase: what does not fit is left out") {
  Random random(1, 2);
  Bytes pixels(100, 0);
  // As high as wide or 0.3 times, but the image has one row.
  erase_rectangle(pixels, {1, 100, 1}, {0.5, 0.5}, 9, random);
  CHECK(pixels == Bytes(100, 0));
}

TEST_CASE("augment, cutout: a square about a random pixel, cut off at the border") {
  const Shape image{8, 10, 1};
  std::set<int64_t> areas;
  Random random(1, 2);
  for (int i = 0; i < 300; ++i) {
    Bytes pixels(80, 0);
    erase_square(pixels, image, 4, 9, random);
    const Erased erased(pixels, image, 9);
    const int64_t height = erased.bottom - erased.top;
    const int64_t width = erased.right - erased.left;
    CHECK(erased.count == height * width);
    CHECK((height >= 2 && height <= 4));
    CHECK((width >= 2 && width <= 4));
    areas.insert(erased.count);
  }
  CHECK(areas == std::set<int64_t>{4, 6, 8, 9, 12, 16});
  Bytes all(80, 0);
  erase_square(all, image, 4096, 9, random);
  CHECK(all == Bytes(80, 9));
}

}  // namespace
}  // namespace convlab
