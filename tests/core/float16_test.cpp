#include "core/float16.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>

namespace convlab {
namespace {

/// The definition in IEEE 754, section 3.4.
double float16_by_definition(uint32_t bits) {
  const double sign = (bits >> 15U) != 0 ? -1 : 1;
  const int exponent = static_cast<int>(bits >> 10U & 31U);
  const double fraction = bits & 1023U;
  if (exponent == 31) return fraction != 0 ? std::nan("") : sign * HUGE_VAL;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

TEST_CASE("float16: every number has the value of its definition") {
  size_t wrong = 0;
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const float value = float_of_float16(static_cast<uint16_t>(bits));
    const double expected = float16_by_definition(bits);
    const bool same = std::isnan(expected) ? std::isnan(value) : value == expected;
    if (!same || std::signbit(value) != (bits >= 0x8000)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("float16: every number comes back from its float") {
  size_t wrong = 0;
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const float value = float_of_float16(static_cast<uint16_t>(bits));
    const uint16_t back = float16_of(value);
    wrong += std::isnan(value) ? !std::isnan(float_of_float16(back)) : back != bits;
  }
  CHECK(wrong == 0);
}

TEST_CASE("float16: a float becomes the nearest number, of two the even one") {
  size_t wrong = 0;
  for (uint32_t bits = 0; bits < 0x7BFF; ++bits) {  // to the second largest number
    const float low = float_of_float16(static_cast<uint16_t>(bits));
    const float high = float_of_float16(static_cast<uint16_t>(bits + 1));
    const float middle = low + (high - low) / 2;
    const uint32_t even = bits + bits % 2;
    for (const float sign : {1.0F, -1.0F}) {
      const uint32_t sign_bit = sign < 0 ? 0x8000 : 0;
      wrong += float16_of(sign * std::nextafter(middle, low)) != (sign_bit | bits) ? 1 : 0;
      wrong += float16_of(sign * middle) != (sign_bit | even) ? 1 : 0;
      wrong += float16_of(sign * std::nextafter(middle, high)) != (sign_bit | (bits + 1)) ? 1 : 0;
    }
  }
  CHECK(wrong == 0);
  CHECK(float16_of(65'519.9F) == 0x7BFF);
  CHECK(float16_of(65'520) == 0x7C00);
  CHECK(float16_of(-HUGE_VALF) == 0xFC00);
  CHECK(float16_of(1e-30F) == 0);
}

TEST_CASE("bfloat16: a number is the upper half of a float") {
  CHECK(float_of_bfloat16(0x3F80) == 1.0F);
  CHECK(float_of_bfloat16(0xC049) == -3.140625F);
  CHECK(float_of_bfloat16(0x0001) == 0x1p-133F);
  CHECK(std::isinf(float_of_bfloat16(0xFF80)));
  CHECK(std::isnan(float_of_bfloat16(0x7FC0)));
}

}  // namespace
}  // namespace convlab
