#include "backend/xnnpack/winograd_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "backend/xnnpack/winograd_speedups.h"
#include "backend/xnnpack/winograd_transforms.h"

namespace convlab {

namespace {

// Below it the measurements are not sure enough, and the transformed kernel takes memory.
constexpr int64_t min_percent = 115;

/// Index of the largest measured number of channels that is at most `channels`; -1 if there is
/// none.
int64_t index_of(int64_t channels) {
  const auto* above =
      std::upper_bound(winograd_channels.begin(), winograd_channels.end(), channels);
  return std::distance(winograd_channels.begin(), above) - 1;
}

const WinogradSpeedups& speedups() {
#if defined(__wasm_relaxed_simd__)
  return winograd_speedups_relaxed_simd;
#elif defined(__wasm__)
  return winograd_speedups_simd;
#else
  return winograd_speedups_native;
#endif
}

}  // namespace

bool winograd_is_faster(int64_t inputs, const Shape& y) {
  const int64_t row = index_of(inputs);
  const int64_t column = index_of(y[3]);
  if (row < 0 || column < 0) return false;
  const int64_t percent = speedups().at(static_cast<size_t>(row)).at(static_cast<size_t>(column));
  const auto tiles = [](int64_t pixels) {
    return (pixels + winograd::outputs - 1) / winograd::outputs;
  };
  // Tiles that stick out of the image take as long as others.
  const int64_t computed = tiles(y[1]) * tiles(y[2]) * winograd::outputs * winograd::outputs;
  return percent * y[1] * y[2] >= min_percent * computed;
}

std::string winograd_table_hash() {
  uint32_t hash = 0x811c9dc5;  // FNV-1a, of the numbers instead of bytes
  for (const auto& row : speedups()) {
    for (const int64_t percent : row) hash = (hash ^ static_cast<uint32_t>(percent)) * 0x01000193;
  }
  return fmt::format("{:08x}", hash);
}

}  // namespace convlab
