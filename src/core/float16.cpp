#include "core/float16.h"

#include <cmath>

namespace convlab {

uint16_t float16_of(float value) {
  constexpr uint32_t infinity = 0x7C00;
  constexpr float limit = 65'520;  // halfway from the largest number to the one that would follow
  constexpr float smallest_normal = 0x1p-14F;
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = bits >> 16U & 0x8000U;
  const float magnitude = std::abs(value);
  if (std::isnan(value)) return static_cast<uint16_t>(sign | infinity | 0x0200U);
  if (magnitude >= limit) return static_cast<uint16_t>(sign | infinity);
  if (magnitude < smallest_normal) {
    // A sum whose last bit is worth 2^-24 is rounded as the result must be.
    constexpr float with_that_last_bit = 0.5F;
    const auto rounded = std::bit_cast<uint32_t>(magnitude + with_that_last_bit);
    return static_cast<uint16_t>(sign | (rounded - std::bit_cast<uint32_t>(with_that_last_bit)));
  }
  const uint32_t rest = bits & 0x7FFFFFFFU;
  const uint32_t even = rest >> 13U & 1U;
  const uint32_t rounded = rest + 0x0FFFU + even - ((127U - 15U) << 23U);
  return static_cast<uint16_t>(sign | rounded >> 13U);
}

float float_of_bfloat16(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16U); }

}  // namespace convlab
