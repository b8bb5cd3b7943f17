#pragma once

#include <cstdint>

namespace convlab {

/// Returns the grey of a colour (red, green, blue): ITU-R 601 luma with the integer weights of
/// Pillow's convert("L"), in 1/2^16.
inline uint8_t luma(const uint8_t* color) {
  return static_cast<uint8_t>(
      (color[0] * 19'595U + color[1] * 38'470U + color[2] * 7'471U + 0x8000U) >> 16U);
}

}  // namespace convlab
