#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "backend/xnnpack/product_kernels.h"

namespace convlab {

/// The kernel inside XNNPACK's convolutions, for products whose left rows lie in segments anywhere
/// in memory, so that nothing needs to be gathered first:
///   c[m, n] = Σ_p Σ_k left[m, p][k] · right[p · length + k, n].
class IndirectGemm {
 public:
  /// Pointers to the segments of all left rows, in the order that the kernel reads.
  using IndirectionBuffer = std::vector<const float*>;
  struct Sizes {
    int64_t rows, columns;
    int64_t segments, length;  ///< of each left row: their number, floats in each
  };

  /// Builds the indirection buffer; segment(row, p) returns the address of a segment.
  template <class Segment>
  IndirectionBuffer arrange(int64_t rows, int64_t segments, const Segment& segment) const {
    IndirectionBuffer all;
    all.reserve(
        static_cast<size_t>((rows + tile_rows() - 1) / tile_rows() * tile_rows() * segments));
    for (int64_t tile = 0; tile < rows; tile += tile_rows()) {
      for (int64_t p = 0; p < segments; ++p) {
        for (int64_t row = tile; row < tile + tile_rows(); ++row)
          all.push_back(segment(row < rows ? row : rows - 1, p));
      }
    }
    return all;
  }

  /// Number of floats that `pack` writes for `count` rows of the right factor.
  int64_t packed_size(int64_t count, int64_t columns) const {
    return kernels_.panels(columns) * kernels_.panel_floats(count);
  }
  /// Packs right[count, columns] and bias[columns], which is added to every row of c and may be
  /// null. `packed` must be aligned to tensor_alignment.
  void pack(const float* right, int64_t count, int64_t columns, const float* bias,
            float* packed) const {
    kernels_.pack(right, count, columns, bias, 0, columns, packed);
  }

  /// Computes c[rows, columns], dense, including the activation. The addresses of all segments
  /// except `fixed` are shifted by `offset` bytes. `segments` may begin at any multiple of
  /// tile_rows() rows.
  void run(const Sizes& sizes, std::span<const float* const> segments, intptr_t offset,
           const float* fixed, const float* packed, Activation activation, float* c) const;

  int64_t tile_rows() const { return kernels_.tile_rows; }

 private:
  const ProductKernels& kernels_ = product_kernels();
};

}  // namespace convlab
