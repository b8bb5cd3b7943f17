#include "data/image_decoder.h"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>
#include <string>

#include "core/error.h"
#include "data/image_files.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using Catch::Matchers::StartsWith;

void check_refused(const Bytes& file, const std::string& message) {
  CHECK_THROWS_MATCHES(
      decode_image(file, "cat.png"), Error,
      MessageMatches(StartsWith("[image] cat.png ") && ContainsSubstring(message)));
}

void check_image(const DecodedImage& image, int64_t height, int64_t width, int64_t channels,
                 const Bytes& pixels) {
  CHECK(image.height == height);
  CHECK(image.width == width);
  CHECK(image.channels == channels);
  CHECK(image.pixels == pixels);
}

Bytes::iterator find_marker(Bytes& jpeg, uint8_t marker) {
  const std::array<uint8_t, 2> bytes{0xFF, marker};
  return std::search(jpeg.begin(), jpeg.end(), bytes.begin(), bytes.end());
}

/// Returns the middle pixels of the 8×8 blocks of grey_jpeg, rounded to multiples of 20.
std::vector<int> blocks(const DecodedImage& image) {
  std::vector<int> values;
  for (int64_t y = 4; y < image.height; y += 8) {
    for (int64_t x = 4; x < image.width; x += 8)
      values.push_back((image.pixels[static_cast<size_t>(y * image.width + x)] + 10) / 20 * 20);
  }
  return values;
}

TEST_CASE("image: PNG in grey and in colour") {
  check_image(decode_image(make_png({2, 3}, {0, 1, 2, 3, 0, 4, 5, 255}), "a.png"), 2, 3, 1,
              {1, 2, 3, 4, 5, 255});
  check_image(decode_image(make_png({1, 2, PngColor::rgb}, {0, 10, 20, 30, 40, 50, 60}), "a.png"),
              1, 2, 3, {10, 20, 30, 40, 50, 60});
}

TEST_CASE("image: transparent PNG pixels are blended with white") {
  // Opaque, transparent, and 51 of 255: a fifth of the colour and four fifths of white.
  check_image(decode_image(make_png({1, 3, PngColor::rgba},
                                    {0, 10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 255, 51}),
                           "a.png"),
              1, 3, 3, {10, 20, 30, 255, 255, 255, 204, 224, 255});
  check_image(decode_image(make_png({1, 2, PngColor::grey_alpha}, {0, 0, 0, 0, 128}), "a.png"), 1,
              2, 1, {255, 127});
  check_image(
      decode_image(make_png({1, 2, PngColor::palette}, {0, 1, 0}, {1, 2, 3, 4, 5, 6}, {0, 255}),
                   "a.png"),
      1, 2, 3, {4, 5, 6, 255, 255, 255});
}

TEST_CASE("image: PNG with a palette, with 1 bit and with 16 bits per channel") {
  check_image(
      decode_image(make_png({1, 3, PngColor::palette}, {0, 1, 0, 1}, {1, 2, 3, 4, 5, 6}), "a.png"),
      1, 3, 3, {4, 5, 6, 1, 2, 3, 4, 5, 6});
  check_image(decode_image(make_png({1, 4, PngColor::grey, 1}, {0, 0xA0}), "a.png"), 1, 4, 1,
              {255, 0, 255, 0});
  check_image(
      decode_image(make_png({1, 2, PngColor::grey, 16}, {0, 0x12, 0x34, 0xFF, 0xFF}), "a.png"), 1,
      2, 1, {0x12, 0xFF});
}

TEST_CASE("image: JPEG in grey and in colour") {
  const DecodedImage grey = decode_image(grey_jpeg, "a.jpg");
  CHECK(grey.channels == 1);
  CHECK(grey.height == 16);
  CHECK(grey.width == 24);
  CHECK(blocks(grey) == std::vector<int>{0, 60, 120, 260, 200, 160});
  const DecodedImage color = decode_image(color_jpeg, "a.jpg");
  CHECK(color.channels == 3);
  REQUIRE(color.pixels.size() == 8 * 8 * 3);
  constexpr int expected[]{200, 100, 50};
  for (size_t i = 0; i < color.pixels.size(); ++i)
    CHECK(std::abs(color.pixels[i] - expected[i % 3]) <= 3);  // quality 90
}

TEST_CASE("image: the EXIF orientation turns a JPEG upright") {
  // As Pillow's ImageOps.exif_transpose.
  const std::vector<std::vector<int>> expected{
      {0, 60, 120, 260, 200, 160}, {120, 60, 0, 160, 200, 260}, {160, 200, 260, 120, 60, 0},
      {260, 200, 160, 0, 60, 120}, {0, 260, 60, 200, 120, 160}, {260, 0, 200, 60, 160, 120},
      {160, 120, 200, 60, 260, 0}, {120, 160, 60, 200, 0, 260}};
  for (uint8_t orientation = 1; orientation <= 8; ++orientation) {
    for (const bool big_endian : {true, false}) {
      INFO("orientation " << int{orientation} << ", big endian " << big_endian);
      const DecodedImage image =
          decode_image(with_exif(grey_jpeg, orientation_tiff(orientation, big_endian)), "a.jpg");
      CHECK(image.width == (orientation < 5 ? 24 : 16));
      CHECK(blocks(image) == expected[orientation - 1]);
    }
  }
}

TEST_CASE("image: an invalid EXIF segment is ignored") {
  const Bytes plain = decode_image(grey_jpeg, "a.jpg").pixels;
  const Bytes valid = orientation_tiff(6);
  const auto decoded = [](const Bytes& tiff) {
    return decode_image(with_exif(grey_jpeg, tiff), "a.jpg").pixels;
  };
  REQUIRE(decoded(valid) != plain);
  CHECK(decoded(orientation_tiff(0)) == plain);
  CHECK(decoded(orientation_tiff(9)) == plain);
  CHECK(decoded({}) == plain);
  // The number of a short stands in the first two of the last four bytes.
  for (size_t size = 0; size < valid.size() - 2; ++size)
    CHECK(decoded({valid.begin(), valid.begin() + static_cast<std::ptrdiff_t>(size)}) == plain);
  Bytes far = valid;
  std::fill_n(far.begin() + 4, 4, 0xFF);  // the directory would begin at 2^32 - 1
  CHECK(decoded(far) == plain);
  Bytes text = valid;
  text[25] = 2;  // the type of the orientation
  CHECK(decoded(text) == plain);
}

TEST_CASE("image: other formats are refused with what was found") {
  check_refused({}, "is no PNG, JPEG, BMP or GIF image: it begins with nothing");
  check_refused({'R', 'I', 'F', 'F', '8', 'W'},
                "is no PNG, JPEG, BMP or GIF image: it begins with 52 49 46 46 38 57");
  check_refused({'G', 'I', 'F', '8', '9', 'a'}, "is damaged");
  check_refused({'B', 'M', 0, 0, 0, 0}, "is damaged");
  check_refused(Bytes(20, ' '), "begins with 20 20 20 20 20 20 20 20");
}

TEST_CASE("image: BMP, and the first frame of a GIF") {
  const DecodedImage image = decode_image(two_pixel_bmp, "a.bmp");
  CHECK(image.width == 2);
  CHECK(image.height == 1);
  CHECK(image.pixels == Bytes{0, 0, 255, 255, 255, 255});
  CHECK(decode_image(one_pixel_gif, "a.gif").pixels == Bytes{255, 0, 0});
  Bytes top_down = two_pixel_bmp;  // a height of -1: the upper row comes first
  std::fill(top_down.begin() + 22, top_down.begin() + 26, uint8_t{0xFF});
  CHECK(decode_image(top_down, "a.bmp").pixels == image.pixels);
  top_down[18] = 1;  // a width and a height of thousands of pixels, in 62 bytes
  top_down[19] = 0x20;
  top_down[23] = 0xE0;
  check_refused(top_down, "62 bytes cannot hold 8193×7937 pixels");
  Bytes no_columns = two_pixel_bmp;
  no_columns[18] = 0;
  check_refused(no_columns, "is damaged: it has 0×1 pixels; expected at least 1 a side");
  Bytes no_rows = one_pixel_gif;
  no_rows[8] = 0;
  check_refused(no_rows, "is damaged: it has 1×0 pixels; expected at least 1 a side");
}

TEST_CASE("image: a file that is cut off anywhere is refused") {
  const Bytes png = make_png({2, 3, PngColor::rgb}, Bytes(2 * 10, 0));
  const Bytes jpeg = with_exif(color_jpeg, orientation_tiff(6));
  // The last chunk of a PNG has no contents; its length and checksum are not needed.
  const size_t last_chunk = png.size() - 4;
  for (size_t size = 0; size < last_chunk; ++size) {
    INFO("PNG of " << size << " bytes");
    CHECK_THROWS_AS(
        decode_image({png.begin(), png.begin() + static_cast<std::ptrdiff_t>(size)}, "cat.png"),
        Error);
  }
  for (size_t size = 0; size < jpeg.size(); ++size) {
    INFO("JPEG of " << size << " bytes");
    CHECK_THROWS_AS(
        decode_image({jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(size)}, "cat.png"),
        Error);
  }
}

TEST_CASE("hostile image: sizes beyond the limits are refused before any pixel is decoded") {
  check_refused(make_png({1, 16'385}, {0}), "has 16385×1 pixels; expected at most 16384 a side");
  check_refused(make_png({16'385, 1}, {0}), "has 1×16385 pixels; expected at most 16384 a side");
  check_refused(make_png({8193, 8192}, {0}), "and 67108864 in all");
  check_refused(make_png({0x7FFFFFFF, 0x7FFFFFFF}, {0}), "is damaged");
  check_refused(make_png({0, 1}, {0}), "is damaged");
  check_refused(make_png({8192, 8192}, {0}), "bytes cannot hold 8192×8192 pixels");
  Bytes jpeg = grey_jpeg;
  const auto frame = find_marker(jpeg, 0xC0);
  std::fill_n(frame + 5, 4, 0x1F);  // height and width
  check_refused(jpeg, "bytes cannot hold 7967×7967 pixels");
  Bytes large(max_image_file_bytes + 1);
  std::copy(grey_jpeg.begin(), grey_jpeg.end(), large.begin());
  check_refused(large, "has 67108865 bytes; expected at most 67108864");
}

TEST_CASE("hostile image: pixels that inflate to far more than the size needs are refused") {
  // 64 MB from 64 KB, for an image of 16 pixels.
  check_refused(make_png({4, 4}, Bytes(size_t{64} << 20U)), "Out of memory");
}

TEST_CASE("hostile image: a JPEG with very many scans is refused") {
  Bytes jpeg = grey_jpeg;
  const auto scan = find_marker(jpeg, 0xDA);
  const Bytes one(scan, jpeg.end() - 2);
  Bytes file(jpeg.begin(), scan);
  for (int i = 0; i < 501; ++i) add_bytes(file, one);
  add_bytes(file, Bytes{0xFF, 0xD9});
  check_refused(file, "has 501 scans; expected at most 500");
}

}  // namespace
}  // namespace convlab
