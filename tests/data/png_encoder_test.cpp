#include "data/png_encoder.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

std::vector<uint8_t> counting(size_t size) {
  std::vector<uint8_t> values(size);
  for (size_t i = 0; i < size; ++i) values[i] = static_cast<uint8_t>(7 * i);
  return values;
}

}  // namespace

TEST_CASE("png encoder: a decoder reads the same pixels, grey and in colour") {
  // 100 columns: rows of more than 256 bytes, which the filters of PNG compare.
  for (const int64_t channels : {1, 3}) {
    const std::vector<uint8_t> pixels = counting(static_cast<size_t>(30 * 100 * channels));
    const DecodedImage image = decode_image(encode_png({30, 100, channels, pixels}), "it");
    CHECK(image.height == 30);
    CHECK(image.width == 100);
    CHECK(image.channels == channels);
    CHECK(image.pixels == pixels);
  }
}

TEST_CASE("png encoder: sizes that do not fit the pixels are refused") {
  const std::vector<uint8_t> pixels = counting(12);
  const auto check_refused = [&](const ImageView& image, const std::string& text) {
    CHECK_THROWS_MATCHES(encode_png(image), Error, MessageMatches(ContainsSubstring(text)));
  };
  check_refused({3, 2, 2, pixels}, "2×3 pixels, 2 channels and 12 bytes; expected 1 or 3");
  check_refused({3, 3, 1, pixels}, "3×3 pixels, 1 channels and 12 bytes");
  check_refused({0, 12, 1, {}}, "12×0 pixels");
  // 2^32 rows of 2^32 pixels: their product is 0 in 64 bits.
  check_refused({int64_t{1} << 32, int64_t{1} << 32, 1, {}}, "at most 536870912 bytes");
}

}  // namespace convlab
