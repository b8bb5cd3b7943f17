#pragma once

#include <bit>
#include <cstdint>

namespace convlab {

/// Returns the value of a binary16 number (IEEE 754: 1 sign bit, 5 bits of exponent, 10 of
/// fraction). Exact: each is a float. Here, so that loops over many can be vectorised.
inline float float_of_float16(uint16_t bits) {
  constexpr uint32_t infinity = 0x7C00;
  constexpr uint32_t smallest_normal = 0x0400;
  constexpr uint32_t bias = (127U - 15U) << 23U;
  const uint32_t rest = bits & 0x7FFFU;
  const uint32_t fraction = rest << 13U;
  const auto subnormal =
      std::bit_cast<uint32_t>(static_cast<float>(static_cast<int32_t>(rest)) * 0x1p-24F);
  uint32_t value = rest < smallest_normal ? subnormal : fraction + bias;
  value = rest < infinity ? value : (fraction | 0x7F800000U);
  return std::bit_cast<float>(value | uint32_t{bits & 0x8000U} << 16U);
}

/// Returns the binary16 number nearest to a float; of two, the one whose last bit is 0. Infinity
/// from 65,520 on; NaN stays NaN.
uint16_t float16_of(float value);

/// Returns the value of a bfloat16 number: the upper half of a float.
float float_of_bfloat16(uint16_t bits);

}  // namespace convlab
