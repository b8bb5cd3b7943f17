#include "backend/xnnpack/indirect_gemm.h"

#include <algorithm>

namespace convlab {

void IndirectGemm::run(const Sizes& sizes, std::span<const float* const> segments, intptr_t offset,
                       const float* fixed, const float* packed, Activation activation,
                       float* c) const {
  const auto kernel = kernels_.functions(activation).igemm;
  const xnn_f32_minmax_params range = kernels_.range(activation);
  const int64_t tile_rows = kernels_.tile_rows;
  const auto bytes = [](int64_t floats) { return static_cast<size_t>(floats) * sizeof(float); };
  const int64_t tile_floats = tile_rows * sizes.columns;
  for (int64_t row = 0; row < sizes.rows; row += tile_rows) {
    // Short products stall on the lines that they write to unless these are prefetched.
    const float* next = c + (row + tile_rows) * sizes.columns;
    for (int64_t i = 0; i < tile_floats; i += 16) __builtin_prefetch(next + i, 1);
    const auto tile = reinterpret_cast<const void**>(
        const_cast<const float**>(segments.data() + row * sizes.segments));
    kernel(static_cast<size_t>(std::min(tile_rows, sizes.rows - row)),
           static_cast<size_t>(sizes.columns), bytes(sizes.length),
           static_cast<size_t>(sizes.segments * tile_rows) * sizeof(void*), tile, packed,
           c + row * sizes.columns, bytes(sizes.columns), bytes(kernels_.tile_columns),
           static_cast<size_t>(offset), fixed, &range);
  }
}

}  // namespace convlab
