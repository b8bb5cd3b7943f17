#include "core/float16.h"

#include <bit>

namespace convlab {

float float_of_float16(uint16_t bits) {
  const uint32_t sign = uint32_t{bits & 0x8000U} << 16U;
  const uint32_t rest = bits & 0x7FFFU;
  constexpr uint32_t infinity = 0x7C00;
  constexpr uint32_t smallest_normal = 0x0400;
  if (rest >= infinity) return std::bit_cast<float>(sign | 0x7F800000U | (rest & 0x03FFU) << 13U);
  if (rest >= smallest_normal) {
    constexpr uint32_t bias = (127U - 15U) << 23U;
    return std::bit_cast<float>(sign | (bias + (rest << 13U)));
  }
  const float subnormal = static_cast<float>(rest) * 0x1p-24F;
  return sign != 0 ? -subnormal : subnormal;
}

float float_of_bfloat16(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16U); }

}  // namespace convlab
