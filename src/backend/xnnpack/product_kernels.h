#pragma once

#include <xnnpack/config.h>

#include <cstdint>

#include "backend/descriptors.h"
#include "core/tensor.h"

namespace convlab {

/// `count` floats and as many more that what follows is aligned to tensor_alignment.
inline int64_t aligned_floats(int64_t count) {
  return static_cast<int64_t>(align_up(static_cast<uint64_t>(count) * sizeof(float)) /
                              sizeof(float));
}

/// Floats that XNNPACK's kernels may read beyond the end of a left factor.
inline constexpr int64_t kernel_overread = 16;

/// XNNPACK's kernels for products of matrices on this machine. They compute tiles of rows and
/// columns and read the right factor in panels as wide as a tile: the biases of its columns, then
/// its rows.
struct ProductKernels {
  struct Functions {
    xnn_gemm_ukernel_fn gemm_row;  ///< for a single row
    xnn_gemm_ukernel_fn gemm;
    xnn_igemm_ukernel_fn igemm;  ///< its left rows lie in segments
  };

  int64_t tile_rows, tile_columns;
  Functions plain;    ///< without an activation: some of those that clamp make numbers of NaN
  Functions clamped;  ///< to `range`
  xnn_packw_gemm_goi_ukernel_fn pack_transposed;
  xnn_init_f32_minmax_params_fn init_range;

  const Functions& functions(Activation activation) const {
    return activation == Activation::none ? plain : clamped;
  }

  int64_t panels(int64_t columns) const { return (columns + tile_columns - 1) / tile_columns; }
  int64_t panel_floats(int64_t depth) const { return tile_columns * (depth + 1); }

  /// To what the kernels clamp for an activation.
  xnn_f32_minmax_params range(Activation activation) const;

  /// Packs columns [first, last) of right[depth, columns] with `bias`, one for each of its columns
  /// or null; `first` is a multiple of tile_columns.
  void pack(const float* right, int64_t depth, int64_t columns, const float* bias, int64_t first,
            int64_t last, float* packed) const;
  /// The same of a matrix that lies there as [columns, depth].
  void pack_rows(const float* right, int64_t depth, const float* bias, int64_t first, int64_t last,
                 float* packed) const;
};

/// Throws Error where XNNPACK's kernels read in an order that is not known here.
const ProductKernels& product_kernels();

}  // namespace convlab
