#include "backend/xnnpack/indirect_gemm.h"

#include <xnnpack/config.h>

#include <algorithm>
#include <cstring>

#include "backend/xnnpack/operators.h"
#include "core/error.h"

namespace convlab {

namespace {

const xnn_gemm_config& config() { return *xnn_init_f32_gemm_config(); }

// Rows of a panel as wide as the kernel's tile, which is a constant so that each copy is a few
// vector moves.
template <int64_t width>
void copy_rows(const float* from, int64_t stride, int64_t count, float* to) {
  for (int64_t k = 0; k < count; ++k)
    std::memcpy(to + k * width, from + k * stride, width * sizeof(float));
}

void copy_rows(const float* from, int64_t stride, int64_t count, int64_t width, float* to) {
  switch (width) {
    case 8:
      return copy_rows<8>(from, stride, count, to);
    case 16:
      return copy_rows<16>(from, stride, count, to);
    case 32:
      return copy_rows<32>(from, stride, count, to);
    default:
      for (int64_t k = 0; k < count; ++k) std::copy_n(from + k * stride, width, to + k * width);
  }
}

}  // namespace

IndirectGemm::IndirectGemm() : tile_rows_(config().mr), tile_columns_(config().nr) {
  if (config().log2_kr != 0 || config().log2_sr != 0)
    fail("[xnnpack] its product for this processor packs in groups, which is not supported");
}

int64_t IndirectGemm::packed_size(int64_t count, int64_t columns) const {
  return (columns + tile_columns_ - 1) / tile_columns_ * tile_columns_ * (count + 1);
}

void IndirectGemm::pack(const float* right, int64_t count, int64_t columns, const float* bias,
                        float* packed) const {
  for (int64_t first = 0; first < columns; first += tile_columns_) {
    const int64_t width = std::min(tile_columns_, columns - first);
    std::fill_n(packed, tile_columns_, 0.0F);
    if (bias != nullptr) std::copy_n(bias + first, width, packed);
    packed += tile_columns_;
    if (width == tile_columns_) {
      copy_rows(right + first, columns, count, width, packed);
    } else {
      for (int64_t k = 0; k < count; ++k) {
        float* row = std::copy_n(right + k * columns + first, width, packed + k * tile_columns_);
        std::fill_n(row, tile_columns_ - width, 0.0F);
      }
    }
    packed += count * tile_columns_;
  }
}

void IndirectGemm::run(const Sizes& sizes, std::span<const float* const> pieces, intptr_t offset,
                       const float* fixed, const float* packed, Activation activation,
                       float* c) const {
  const auto kernel = reinterpret_cast<xnn_f32_igemm_minmax_ukernel_fn>(
      config().minmax.igemm[tile_rows_ - 1].function[XNN_UARCH_DEFAULT]);
  const OutputRange limits(activation);
  xnn_f32_minmax_params range;
  config().init.f32(&range, limits.least, limits.most);
  const auto bytes = [](int64_t floats) { return static_cast<size_t>(floats) * sizeof(float); };
  const int64_t tile_floats = tile_rows_ * sizes.columns;
  for (int64_t row = 0; row < sizes.rows; row += tile_rows_) {
    // Short products wait for the lines that they write to, unless these were asked for before.
    const float* next = c + (row + tile_rows_) * sizes.columns;
    for (int64_t i = 0; i < tile_floats; i += 16) __builtin_prefetch(next + i, 1);
    const float* const* tile = pieces.data() + row * sizes.pieces;
    kernel(static_cast<size_t>(std::min(tile_rows_, sizes.rows - row)),
           static_cast<size_t>(sizes.columns), bytes(sizes.length),
           static_cast<size_t>(sizes.pieces * tile_rows_) * sizeof(void*),
           const_cast<const float**>(tile), packed, c + row * sizes.columns, bytes(sizes.columns),
           bytes(tile_columns_), static_cast<size_t>(offset), fixed, &range);
  }
}

}  // namespace convlab
