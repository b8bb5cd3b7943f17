#pragma once

#include <xnnpack/config.h>

#include <cstdint>

#include "backend/descriptors.h"
#include "core/error.h"
#include "core/tensor.h"

namespace convlab {

/// Returns `count` rounded up so that the memory after that many floats is aligned to
/// tensor_alignment.
inline int64_t aligned_floats(int64_t count) {
  return static_cast<int64_t>(align_up(static_cast<uint64_t>(count) * sizeof(float)) /
                              sizeof(float));
}

/// Number of floats that XNNPACK's kernels may read past the end of a left factor.
inline constexpr int64_t kernel_overread = 16;

/// XNNPACK's matrix product kernels for this processor. They compute tiles of rows and columns and
/// read the right factor in panels as wide as a tile: the biases of the panel's columns, then its
/// rows.
struct ProductKernels {
  struct Functions {
    xnn_gemm_ukernel_fn gemm_row;  ///< for a single row
    xnn_gemm_ukernel_fn gemm;
    xnn_igemm_ukernel_fn igemm;  ///< indirect: reads the left rows through pointers to segments
  };

  int64_t tile_rows, tile_columns;
  Functions plain;    ///< without activation: some clamping kernels turn NaN into numbers
  Functions clamped;  ///< with output clamped to `range`
  xnn_packw_gemm_goi_ukernel_fn pack_transposed;
  xnn_init_f32_minmax_params_fn init_range;

  const Functions& functions(Activation activation) const {
    switch (activation) {
      case Activation::none:
        return plain;
      case Activation::relu:
      case Activation::relu6:
        return clamped;
    }
    fail("[xnnpack] an activation that is not fused");
  }

  int64_t panels(int64_t columns) const { return (columns + tile_columns - 1) / tile_columns; }
  int64_t panel_floats(int64_t depth) const { return tile_columns * (depth + 1); }

  /// Returns the range to which the kernels clamp for an activation.
  xnn_f32_minmax_params range(Activation activation) const;

  /// Packs columns [first, last) of right[depth, columns] and their biases, bias[columns] or null.
  /// `first` must be a multiple of tile_columns.
  void pack(const float* right, int64_t depth, int64_t columns, const float* bias, int64_t first,
            int64_t last, float* packed) const;
  /// Does the same for a matrix stored transposed, as [columns, depth].
  void pack_rows(const float* right, int64_t depth, const float* bias, int64_t first, int64_t last,
                 float* packed) const;
};

/// The kernels of this processor. Throws Error if XNNPACK's kernels use an unsupported packing
/// order.
const ProductKernels& product_kernels();

}  // namespace convlab
