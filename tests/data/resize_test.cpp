#include "data/resize.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>

#include "core/error.h"
#include "data/bytes.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

/// 5×7 pixels without any symmetry.
Bytes uneven_pixels() {
  Bytes pixels;
  for (int i = 0; i < 35; ++i) pixels.push_back(static_cast<uint8_t>(i * 53 + i * i * 7));
  return pixels;
}

/// Pillow rounds to bytes after each of the two passes, we only at the end.
void check_near(const Bytes& found, const std::vector<int>& pillow) {
  REQUIRE(found.size() == pillow.size());
  for (size_t i = 0; i < found.size(); ++i) {
    INFO("pixel " << i);
    CHECK(std::abs(found[i] - pillow[i]) <= 1);
  }
}

TEST_CASE("resize: enlarging interpolates between pixel centres and repeats the edge") {
  CHECK(resize_image(Bytes{0, 100}, {1, 2, 1}, 1, 4) == Bytes{0, 25, 75, 100});
  CHECK(resize_image(Bytes{0, 100}, {2, 1, 1}, 4, 1) == Bytes{0, 25, 75, 100});
}

TEST_CASE("resize: shrinking weights all pixels by a triangle as wide as the factor") {
  // Distances from the first new centre, in new pixels: 1/4, 1/4, 3/4; weights 3/4, 3/4, 1/4.
  CHECK(resize_image(Bytes{0, 70, 140, 210}, {1, 4, 1}, 1, 2) == Bytes{50, 160});
  CHECK(resize_image(Bytes{0, 70, 140, 210}, {4, 1, 1}, 2, 1) == Bytes{50, 160});
  // A single white line does not get lost, whichever it is.
  for (size_t line = 0; line < 8; ++line) {
    Bytes pixels(8, 0);
    pixels[line] = 255;
    const Bytes found = resize_image(pixels, {1, 8, 1}, 1, 2);
    CHECK(found[0] + found[1] > 40);
  }
}

TEST_CASE("resize: rounds to the nearest byte") {
  CHECK(resize_image(Bytes{0, 1}, {1, 2, 1}, 1, 1) == Bytes{1});        // 0.5
  CHECK(resize_image(Bytes{254, 255}, {1, 2, 1}, 1, 1) == Bytes{255});  // 254.5
  CHECK(resize_image(Bytes{0, 1}, {1, 2, 1}, 1, 4) == Bytes{0, 0, 1, 1});
}

TEST_CASE("resize: the same size and a single colour stay as they are") {
  CHECK(resize_image(uneven_pixels(), {5, 7, 1}, 5, 7) == uneven_pixels());
  CHECK(resize_image(Bytes(31 * 17 * 3, 255), {31, 17, 3}, 13, 40) == Bytes(13 * 40 * 3, 255));
  CHECK(resize_image(Bytes{9, 8, 7}, {1, 1, 3}, 1, 2) == Bytes{9, 8, 7, 9, 8, 7});
}

TEST_CASE("resize: agrees with Pillow 13's BILINEAR") {
  check_near(resize_image(uneven_pixels(), {5, 7, 1}, 2, 3), {89, 137, 116, 98, 140, 150});
  check_near(resize_image(uneven_pixels(), {5, 7, 1}, 7, 9),
             {0,   40,  93,  154, 222, 102, 132, 142, 58,  115, 95,  78,  101, 213, 136, 129,
              117, 71,  163, 117, 68,  68,  178, 156, 142, 112, 63,  66,  66,  72,  86,  108,
              141, 181, 144, 20,  93,  140, 119, 86,  162, 107, 162, 179, 101, 85,  105, 119,
              136, 181, 124, 156, 178, 148, 60,  20,  93,  203, 178, 164, 158, 159, 166});
}

TEST_CASE("fit: cuts out the centre in the target's aspect ratio") {
  CHECK(fit_image(DecodedImage{1, 5, 1, {10, 20, 30, 40, 50}}, {1, 1, 1}) == Bytes{30});
  CHECK(fit_image(DecodedImage{4, 1, 1, {10, 20, 30, 40}}, {1, 1, 1}) == Bytes{20});
  CHECK(fit_image(DecodedImage{2, 4, 1, {1, 2, 3, 4, 5, 6, 7, 8}}, {2, 2, 1}) == Bytes{2, 3, 6, 7});
  CHECK(fit_image(DecodedImage{2, 4, 1, {1, 2, 3, 4, 5, 6, 7, 8}}, {1, 2, 1}) ==
        resize_image(Bytes{1, 2, 3, 4, 5, 6, 7, 8}, {2, 4, 1}, 1, 2));
  // An image too narrow for the aspect ratio still gives a window of a pixel.
  CHECK(fit_image(DecodedImage{3, 1, 1, {7, 8, 9}}, {1, 100, 1}) == Bytes(100, 8));
}

TEST_CASE("fit: stretch takes all of an image, whatever its aspect ratio") {
  const DecodedImage wide{2, 4, 1, {10, 10, 90, 90, 30, 30, 50, 50}};
  CHECK(fit_image(wide, {2, 2, 1}, ResizeMode::stretch) ==
        resize_image(wide.pixels, {2, 4, 1}, 2, 2));
  CHECK(fit_image(wide, {2, 2, 1}, ResizeMode::crop) == Bytes{10, 90, 30, 50});
  // Antialiased: the two outer columns count, too, with a weight of 1/7 against 3/7.
  const DecodedImage edges{1, 4, 1, {0, 70, 140, 210}};
  CHECK(fit_image(edges, {1, 2, 1}, ResizeMode::stretch) == Bytes{50, 160});
  CHECK(fit_image(DecodedImage{1, 2, 3, {9, 9, 9, 9, 9, 9}}, {2, 1, 1}, ResizeMode::stretch) ==
        Bytes{9, 9});
}

TEST_CASE("resize: its modes by their names") {
  CHECK(find_resize_mode("crop") == ResizeMode::crop);
  CHECK(find_resize_mode("stretch") == ResizeMode::stretch);
  CHECK_THROWS_MATCHES(
      find_resize_mode("pad"), Error,
      MessageMatches(ContainsSubstring("unknown resize mode 'pad'; known are: crop, stretch")));
}

TEST_CASE("fit: converts between grey and colour") {
  // ITU-R 601: 0.299, 0.587, 0.114, as Pillow's convert("L").
  const Bytes colors{255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255};
  CHECK(fit_image(DecodedImage{1, 4, 3, colors}, {1, 4, 1}) == Bytes{76, 150, 29, 255});
  CHECK(fit_image(DecodedImage{1, 2, 1, {5, 200}}, {1, 2, 3}) == Bytes{5, 5, 5, 200, 200, 200});
  CHECK(fit_image(DecodedImage{1, 4, 3, colors}, {1, 4, 3}) == colors);
}

TEST_CASE("fit: shapes that are not those of pictures are refused") {
  for (const Shape& shape : {Shape{784}, Shape{2, 2, 2}, Shape{2, 2, 4}, Shape{1, 2, 2, 3}}) {
    CHECK_THROWS_MATCHES(fit_image(DecodedImage{1, 1, 1, {0}}, shape), Error,
                         MessageMatches(ContainsSubstring(
                             shape.str() + "; expected (height, width, channels) with 1 or 3")));
  }
}

}  // namespace
}  // namespace convlab
