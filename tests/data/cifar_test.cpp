#include "data/formats/cifar.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/bytes.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

constexpr size_t plane = size_t{32} * 32;

/// Red is the number of the pixel, green `add` more, blue twice the number.
Bytes record(const Bytes& labels, uint8_t add) {
  Bytes bytes = labels;
  for (size_t i = 0; i < plane; ++i) bytes.push_back(static_cast<uint8_t>(i));
  for (size_t i = 0; i < plane; ++i) bytes.push_back(static_cast<uint8_t>(i + add));
  for (size_t i = 0; i < plane; ++i) bytes.push_back(static_cast<uint8_t>(2 * i));
  return bytes;
}

Bytes two(const Bytes& first, const Bytes& second) {
  Bytes bytes = record(first, 3);
  add_bytes(bytes, record(second, 4));
  return bytes;
}

}  // namespace

TEST_CASE("cifar: planes become pixels, and each kind of labels is read") {
  const CifarImages images = parse_cifar(two({9}, {0}), CifarLabels::single, 10, "a.bin");
  CHECK(images.count() == 2);
  CHECK(images.labels == Bytes{9, 0});
  REQUIRE(images.pixels.size() == 2 * 3 * plane);
  for (const size_t pixel : {size_t{0}, size_t{33}, plane - 1}) {
    for (size_t image = 0; image < 2; ++image) {
      const auto* at = &images.pixels[(image * plane + pixel) * 3];
      CHECK(at[0] == static_cast<uint8_t>(pixel));
      CHECK(at[1] == static_cast<uint8_t>(pixel + 3 + image));
      CHECK(at[2] == static_cast<uint8_t>(2 * pixel));
    }
  }
  const Bytes hundred = two({19, 99}, {3, 42});
  CHECK(parse_cifar(hundred, CifarLabels::coarse, 20, "a").labels == Bytes{19, 3});
  CHECK(parse_cifar(hundred, CifarLabels::fine, 100, "a").labels == Bytes{99, 42});
  CHECK(parse_cifar(hundred, CifarLabels::fine, 100, "a").pixels == images.pixels);
}

TEST_CASE("cifar: truncated files, other formats and labels beyond the classes are refused") {
  const auto refused = [](const Bytes& bytes, CifarLabels labels, const std::string& text) {
    CHECK_THROWS_MATCHES(
        parse_cifar(bytes, labels, 10, "a.bin"), Error,
        MessageMatches(ContainsSubstring("[cifar] a.bin: ") && ContainsSubstring(text)));
  };
  refused({}, CifarLabels::single, "0 bytes; expected 1 to 1000000 records of 3073 bytes");
  Bytes cut = two({1}, {2});
  refused(cut, CifarLabels::fine, "records of 3074 bytes");
  cut.pop_back();
  refused(cut, CifarLabels::single, "6145 bytes");
  refused(two({1}, {10}), CifarLabels::single,
          "label 10 of record 1 at byte 3073; expected 0 to 9");
}

}  // namespace convlab
