#include "pretrained/prepare_image.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "data/resize.h"
#include "pretrained/load_pretrained.h"

namespace convlab {
namespace {

/// An image whose red is 2 · row / height · 127 and whose green is the same of the column.
DecodedImage gradient(int64_t height, int64_t width) {
  DecodedImage image{.height = height, .width = width, .channels = 3, .pixels = {}};
  for (int64_t row = 0; row < height; ++row) {
    for (int64_t column = 0; column < width; ++column) {
      image.pixels.push_back(static_cast<uint8_t>(255 * row / height));
      image.pixels.push_back(static_cast<uint8_t>(255 * column / width));
      image.pixels.push_back(7);
    }
  }
  return image;
}

const WeightSet& squeezenet() { return *find_weight_sets("squeezenet1.1").front(); }

TEST_CASE("prepare_image: an image of the input's size stays as it is") {
  const DecodedImage image = gradient(224, 224);
  CHECK(prepare_image(image, squeezenet()) == image.pixels);
}

// 512×256 becomes 256×512 pixels or half; of each side the central 224 pixels remain: 16 of 256
// pixels are cut off the shorter side.
TEST_CASE("prepare_image: the shorter side becomes 256 pixels, the centre of 224 is cut out") {
  for (const auto& [height, width] : {std::pair{512, 1024}, {1024, 512}, {512, 512}}) {
    INFO(height << "×" << width);
    const auto pixels = prepare_image(gradient(height, width), squeezenet());
    REQUIRE(pixels.size() == 224 * 224 * 3);
    const double shorter = std::min(height, width);
    const auto expected = [&](int64_t side, double place) {
      return 255 * (0.5 + (place - 0.5) * 224 / 256 * shorter / static_cast<double>(side));
    };
    CHECK(std::abs(pixels[0] - expected(height, 0.5 / 224)) < 1.5);
    CHECK(std::abs(pixels[1] - expected(width, 0.5 / 224)) < 1.5);
    const size_t last = pixels.size() - 3;
    CHECK(std::abs(pixels[last] - expected(height, 223.5 / 224)) < 1.5);
    CHECK(std::abs(pixels[last + 1] - expected(width, 223.5 / 224)) < 1.5);
    CHECK(pixels[last + 2] == 7);
  }
}

// A joined model (features/joined_model.h) resizes photos so, and must see what its features saw.
TEST_CASE("prepare_image: nearly the same pixels as by the resize mode center") {
  for (const auto& [height, width] :
       {std::pair{375, 500}, {500, 333}, {256, 256}, {900, 1300}, {224, 224}}) {
    INFO(height << "×" << width);
    const DecodedImage image = gradient(height, width);
    const auto prepared = prepare_image(image, squeezenet());
    const auto centered = fit_image(image, {224, 224, 3}, ResizeMode::center);
    int largest = 0;
    for (size_t i = 0; i < prepared.size(); ++i)
      largest = std::max(largest, std::abs(int{prepared[i]} - int{centered[i]}));
    CHECK(largest <= 2);
  }
}

TEST_CASE("prepare_image: grey, one pixel, and a line of 16,384 pixels") {
  const DecodedImage grey{.height = 1, .width = 1, .channels = 1, .pixels = {90}};
  CHECK(prepare_image(grey, squeezenet()) == std::vector<uint8_t>(224 * 224 * 3, 90));
  CHECK(prepare_image(gradient(1, 16384), squeezenet()).size() == 224 * 224 * 3);
  CHECK(prepare_image(gradient(16384, 1), squeezenet()).size() == 224 * 224 * 3);
}

}  // namespace
}  // namespace convlab
