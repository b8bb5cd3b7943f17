#include "backend/xnnpack/product_kernels.h"

#include <xnnpack/gemm.h>
#include <xnnpack/igemm.h>
#include <xnnpack/packw.h>

#include <algorithm>
#include <cstring>

#include "backend/xnnpack/operators.h"
#include "core/error.h"

namespace convlab {

namespace {

ProductKernels::Functions functions_of(const gemm_fused_ukernels& kernels, size_t rows) {
  return {.gemm_row = kernels.gemm[0].function[XNN_UARCH_DEFAULT],
          .gemm = kernels.gemm[rows - 1].function[XNN_UARCH_DEFAULT],
          .igemm = kernels.igemm[rows - 1].function[XNN_UARCH_DEFAULT]};
}

ProductKernels choose() {
  const xnn_gemm_config* config = xnn_init_f32_gemm_config();
  if (config == nullptr) fail("[xnnpack] XNNPACK has no matrix product for this processor");
  ProductKernels kernels{.tile_rows = config->mr,
                         .tile_columns = config->nr,
                         .plain = functions_of(config->linear, config->mr),
                         .clamped = functions_of(config->minmax, config->mr),
                         .pack_transposed = config->pack_gemm_goi,
                         .init_range = config->init.f32};
  // If there are no kernels without clamping, the clamping ones propagate NaN.
  const ProductKernels::Functions& plain = kernels.plain;
  if (plain.gemm_row == nullptr || plain.gemm == nullptr || plain.igemm == nullptr)
    kernels.plain = kernels.clamped;
  if (config->log2_kr != 0 || config->log2_sr != 0) {
#ifdef __x86_64__
    // The kernels for the first Zen shuffle the rows of a panel. Those that XNNPACK uses for later
    // Zens read the rows in order.
    kernels.tile_rows = 5;
    kernels.tile_columns = 16;
    kernels.clamped = {
        .gemm_row =
            reinterpret_cast<xnn_gemm_ukernel_fn>(xnn_f32_gemm_minmax_ukernel_1x16__fma3_broadcast),
        .gemm =
            reinterpret_cast<xnn_gemm_ukernel_fn>(xnn_f32_gemm_minmax_ukernel_5x16__fma3_broadcast),
        .igemm = reinterpret_cast<xnn_igemm_ukernel_fn>(
            xnn_f32_igemm_minmax_ukernel_5x16__fma3_broadcast_prfm)};
    kernels.plain = kernels.clamped;
    kernels.pack_transposed =
        reinterpret_cast<xnn_packw_gemm_goi_ukernel_fn>(xnn_x32_packw_gemm_goi_ukernel_x16__avx_u4);
#else
    fail("[xnnpack] the matrix product for this processor packs in groups, which is not supported");
#endif
  }
  return kernels;
}

// Copies rows of a panel of full tile width, a compile-time constant so that each copy is a few
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

const ProductKernels& product_kernels() {
  static const ProductKernels kernels = choose();
  return kernels;
}

xnn_f32_minmax_params ProductKernels::range(Activation activation) const {
  const OutputRange limits(activation);
  xnn_f32_minmax_params params;
  init_range(&params, limits.min, limits.max);
  return params;
}

void ProductKernels::pack(const float* right, int64_t depth, int64_t columns, const float* bias,
                          int64_t first, int64_t last, float* packed) const {
  for (; first < last; first += tile_columns) {
    const int64_t width = std::min(tile_columns, last - first);
    std::fill_n(packed, tile_columns, 0.0F);
    if (bias != nullptr) std::copy_n(bias + first, width, packed);
    packed += tile_columns;
    if (width == tile_columns) {
      copy_rows(right + first, columns, depth, width, packed);
    } else {
      for (int64_t k = 0; k < depth; ++k) {
        float* row = std::copy_n(right + k * columns + first, width, packed + k * tile_columns);
        std::fill_n(row, tile_columns - width, 0.0F);
      }
    }
    packed += depth * tile_columns;
  }
}

void ProductKernels::pack_rows(const float* right, int64_t depth, const float* bias, int64_t first,
                               int64_t last, float* packed) const {
  for (; first < last; first += tile_columns) {
    const int64_t width = std::min(tile_columns, last - first);
    if (width < tile_columns) std::fill_n(packed, panel_floats(depth), 0.0F);
    pack_transposed(1, static_cast<size_t>(width), static_cast<size_t>(depth),
                    static_cast<size_t>(tile_columns), 1, 1, right + first * depth,
                    bias != nullptr ? bias + first : nullptr, nullptr, packed, 0, nullptr);
    if (bias == nullptr) std::fill_n(packed, tile_columns, 0.0F);
    packed += panel_floats(depth);
  }
}

}  // namespace convlab
