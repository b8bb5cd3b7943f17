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

TEST_CASE("bfloat16: a number is the upper half of a float") {
  CHECK(float_of_bfloat16(0x3F80) == 1.0F);
  CHECK(float_of_bfloat16(0xC049) == -3.140625F);
  CHECK(float_of_bfloat16(0x0001) == 0x1p-133F);
  CHECK(std::isinf(float_of_bfloat16(0xFF80)));
  CHECK(std::isnan(float_of_bfloat16(0x7FC0)));
}

}  // namespace
}  // namespace convlab
