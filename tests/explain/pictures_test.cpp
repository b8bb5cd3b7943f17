#include "explain/pictures.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "explain/colors.h"

namespace convlab {
namespace {

using Catch::Approx;

Color pixel(const Picture& picture, int64_t y, int64_t x) {
  const auto at = static_cast<size_t>((y * picture.width + x) * 3);
  return {picture.pixels[at], picture.pixels[at + 1], picture.pixels[at + 2]};
}

/// CIE L* of a colour in sRGB.
double lightness(const Color& color) {
  const auto linear = [](uint8_t level) {
    const double c = level / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  const double y =
      0.2126 * linear(color[0]) + 0.7152 * linear(color[1]) + 0.0722 * linear(color[2]);
  return y > 0.008856 ? 116 * std::cbrt(y) - 16 : 903.3 * y;
}

}  // namespace

TEST_CASE("pictures: the lightness of heat colours rises evenly") {
  double before = lightness(heat_color(0));
  CHECK(before < 1);
  for (int i = 1; i <= 20; ++i) {
    const double now = lightness(heat_color(static_cast<float>(i) / 20));
    CHECK(now - before > 2.4);  // 4.9 on average, less next to black
    CHECK(now - before < 6.2);
    before = now;
  }
  CHECK(before > 97);
  CHECK(heat_color(-3) == heat_color(0));
  CHECK(heat_color(3) == heat_color(1));
  const Color grey{128, 128, 128};
  CHECK(heat_color(std::nanf("")) == grey);
  CHECK(signed_color(std::nanf("")) == grey);
  CHECK(signed_color(-1)[2] > 150);
  CHECK(signed_color(1)[2] < 50);
  CHECK(signed_color(0) == Color{250, 250, 250});
}

TEST_CASE("pictures: a map is enlarged and scaled to the given value") {
  const ImageMap map{.height = 1, .width = 2, .values = {0, 2}};
  const Picture picture = heat_picture(map, 2);
  CHECK(picture.height == 224);
  CHECK(picture.width == 448);
  CHECK(pixel(picture, 0, 0) == heat_color(0));
  CHECK(pixel(picture, 223, 224) == heat_color(1));
  CHECK(pixel(heat_picture(map, 4), 0, 447) == heat_color(0.5F));
  CHECK(pixel(heat_picture({1, 1, {0}}, 0), 0, 0) == heat_color(0));
  CHECK_THROWS_AS(heat_picture({1, 5000, std::vector<float>(5000)}, 1), Error);
  CHECK(upper_value({1, 5, {5, 1, 4, 2, 3}}, 1) == 5);
  CHECK(upper_value({1, 5, {5, 1, 4, 2, 3}}, 0.5) == 3);
  CHECK(upper_value({1, 1, {-1}}, 1) == 0);
}

TEST_CASE("pictures: a map over an image is interpolated between the centres of its regions") {
  const ImageMap map{.height = 1, .width = 2, .values = {0, 1}};
  CHECK(resized_map(map, 1, 4) == std::vector<float>{0, 0.25F, 0.75F, 1});
  CHECK(resized_map({2, 1, {1, 3}}, 2, 1) == std::vector<float>{1, 3});
  const std::vector<uint8_t> pixels(500 * 500, 100);
  const Picture picture = overlay_picture(map, 1, {500, 500, 1, pixels});
  CHECK(picture.height == 500);
  for (size_t c = 0; c < 3; ++c) {
    CHECK(pixel(picture, 0, 499)[c] == Approx(40 + 0.6 * heat_color(1)[c]).margin(0.51));
    CHECK(pixel(picture, 499, 0)[c] == Approx(40 + 0.6 * heat_color(0)[c]).margin(0.51));
  }
  const std::vector<uint8_t> small(2 * 3 * 3, 7);
  CHECK(overlay_picture(map, 1, {2, 3, 3, small}).width == 447);
}

TEST_CASE("pictures: tiles stand in a grid, with the colours of their values") {
  const Tiles tiles{.count = 3, .height = 1, .width = 1, .values = {-1, 0, 1}};
  const Picture picture = tile_picture(tiles, TileColors::around_zero, 1);
  CHECK(picture.width == 48 + 2 + 48);
  CHECK(picture.height == 48 + 2 + 48);
  CHECK(pixel(picture, 0, 0) == signed_color(-1));
  CHECK(pixel(picture, 0, 50) == signed_color(0));
  CHECK(pixel(picture, 50, 0) == signed_color(1));
  CHECK(pixel(picture, 0, 48) == pixel(picture, 97, 97));  // gaps, and where there is no tile
  const Tiles rgb{.count = 1, .height = 1, .width = 1, .channels = 3, .values = {-2, 0, 2}};
  CHECK(pixel(tile_picture(rgb, TileColors::around_zero, 2), 0, 0) == Color{0, 128, 255});
  const Tiles many{.count = 1000, .height = 1, .width = 1, .values = std::vector<float>(1000)};
  CHECK(shown_tiles(many) == 256);
  const Tiles large{.count = 9, .height = 2000, .width = 2000, .channels = 1, .values = {}};
  CHECK(shown_tiles(large) == 4);
}

TEST_CASE("pictures: filters, feature maps and arithmetic become tiles") {
  const std::vector<float> weights{1, 2, 3, 4, 5, 6, 7, 8};
  const Tiles single = filter_tiles(2, 2, 2, 1, weights);
  CHECK(single.count == 2);
  CHECK(single.values == weights);
  const Tiles pairs = filter_tiles(2, 1, 2, 2, weights);
  CHECK(pairs.count == 4);
  CHECK(pairs.columns == 2);
  CHECK(pairs.values == std::vector<float>{1, 3, 2, 4, 5, 7, 6, 8});
  CHECK(feature_tiles(2, 2, 2, weights).values == std::vector<float>{1, 3, 5, 7, 2, 4, 6, 8});
  const std::vector<double> products{2, -4};
  const std::vector<float> patch{2, -2};
  const std::vector<float> kernel{1, 2};
  const std::vector<int64_t> shown{1, 0};
  const Tiles rows = arithmetic_tiles(1, 1, 2, patch, kernel, products, shown);
  CHECK(rows.count == 6);
  CHECK(rows.values == std::vector<float>{-1, 1, -1, 1, 0.5F, 0.5F});
}

}  // namespace convlab
