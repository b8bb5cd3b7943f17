#include "app/widgets/color_map.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>

using namespace convlab;

namespace {

uint32_t red(uint32_t color) { return color & 255; }
uint32_t blue(uint32_t color) { return color >> 16 & 255; }

}  // namespace

TEST_CASE("colour map: blue below zero, white at zero, orange above") {
  CHECK(blue(diverging_color(-1)) > red(diverging_color(-1)) + 100);
  CHECK(red(diverging_color(1)) > blue(diverging_color(1)) + 100);
  CHECK(red(diverging_color(0)) == blue(diverging_color(0)));
  CHECK(red(diverging_color(0)) > 240);
  CHECK(diverging_color(5) == diverging_color(1));
  CHECK(red(diverging_color(std::nanf(""))) == 128);
}

TEST_CASE("samples: an atlas holds every image at its position") {
  Samples samples{.height = 1, .width = 2, .channels = 1, .labels = {0, 0, 0}};
  samples.pixels = {10, 11, 20, 21, 30, 31};
  const Atlas atlas = sample_atlas(samples);
  REQUIRE(atlas.columns == 2);
  REQUIRE(atlas.width == 4);
  REQUIRE(atlas.height == 2);
  CHECK(atlas.pixels[2] == 0xff141414);  // the second image begins at x = 2
  CHECK(atlas.pixels[4] == 0xff1e1e1e);  // the third below the first
  CHECK(atlas.pixels[6] == 0);           // empty
}

TEST_CASE("samples: images with three channels are shown in colour") {
  const Samples samples{.height = 1, .width = 1, .channels = 3, .pixels = {1, 2, 3}, .labels = {0}};
  CHECK(sample_atlas(samples).pixels == std::vector<uint32_t>{0xff030201});
}

TEST_CASE("filters: the largest finite weight defines the colour scale") {
  const Filters filters{
      .count = 2, .height = 1, .width = 2, .channels = 1, .weights = {0.5F, NAN, -2, 0}};
  CHECK(filter_scale(filters) == 2);
  const Atlas atlas = filter_atlas(filters, 2);
  CHECK(atlas.pixels[2 * atlas.width / 4] == diverging_color(-1));
  CHECK(filter_scale({}) > 0);
}

TEST_CASE("atlas: no images, or images without pixels, give an empty one") {
  CHECK(sample_atlas({}).pixels.empty());
  CHECK(filter_atlas({.count = 5}, 1).pixels.empty());
}
