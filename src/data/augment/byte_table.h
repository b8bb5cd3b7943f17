#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace convlab {

/// What becomes of each value of a byte.
using ByteTable = std::array<uint8_t, 256>;

/// Rounds to the nearest byte.
inline uint8_t to_byte(double value) {
  return static_cast<uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

/// The same for loops over pixels: unlike std::lround, it is no call.
inline uint8_t to_byte(float value) {
  constexpr float half = 0.5F;
  return static_cast<uint8_t>(std::clamp(value, 0.0F, 255.0F) + half);
}

template <class Function>
ByteTable byte_table(const Function& function) {
  ByteTable table;
  for (size_t i = 0; i < table.size(); ++i) table[i] = function(static_cast<int>(i));
  return table;
}

inline void map_bytes(std::span<uint8_t> bytes, const ByteTable& table) {
  for (uint8_t& byte : bytes) byte = table[byte];
}

}  // namespace convlab
