#include <algorithm>

#include "backend/xnnpack/product_kernels.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/transpose.h"
#include "backend/xnnpack/xnnpack_backend.h"

// Each thread takes groups of panels of the right factor, packs a group and multiplies with it, so
// that packed values stay in that core's cache and nothing but results passes between cores: where
// these have caches of their own, a step of a dense network waits for little else. A right factor of
// few panels is packed as a whole and the rows are shared out. Every number is the same sum in the
// same order either way, for any number of threads.

namespace convlab {

namespace {

constexpr int64_t group_bytes = 128 * 1024;  // of packed panels, to stay in a core's cache
constexpr int64_t least_products = int64_t{1} << 18;  // below which a second thread does not pay

struct GemmPlan {
  GemmPlan(const GemmDesc& desc, const Shape& a, const Shape& b, int threads)
      : rows(a[desc.transpose_a ? 1 : 0]),
        depth(a[desc.transpose_a ? 0 : 1]),
        columns(b[desc.transpose_b ? 0 : 1]),
        panel(product_kernels().panel_floats(depth)),
        panels(product_kernels().panels(columns)),
        lanes(rows * depth * columns < least_products ? 1 : threads) {
    constexpr int64_t extra = 16;  // kernels may read a vector beyond the end
    transposed = desc.transpose_a ? aligned_floats(a.elements() + extra) : 0;
    by_panels = lanes == 1 || panels >= int64_t{2} * lanes;
    const int64_t group_panels =
        std::max<int64_t>(1, group_bytes / (panel * static_cast<int64_t>(sizeof(float))));
    groups = (panels + group_panels - 1) / group_panels;
    if (by_panels) groups = std::min((groups + lanes - 1) / lanes * lanes, panels);
    packed = by_panels ? aligned_floats((panels + groups - 1) / groups * panel) * lanes
                       : aligned_floats(panels * panel);
  }

  int64_t rows, depth, columns;
  int64_t panel, panels;  // floats of each, and how many
  int lanes;
  bool by_panels;  // else by rows
  int64_t groups;
  int64_t transposed, packed;  // floats of workspace
};

class Product {
 public:
  Product(const GemmPlan& plan, const GemmDesc& desc, const float* a, const float* b,
          const float* bias, float* c)
      : plan_(plan),
        b_is_transposed_(desc.transpose_b),
        a_(a),
        b_(b),
        bias_(bias),
        c_(c),
        range_(kernels_.range(desc.activation)) {}

  void pack(int64_t first_panel, int64_t last_panel, float* packed) const {
    const int64_t first = first_panel * kernels_.tile_columns;
    const int64_t last = std::min(last_panel * kernels_.tile_columns, plan_.columns);
    if (b_is_transposed_) {
      kernels_.pack_rows(b_, plan_.depth, bias_, first, last, packed);
    } else {
      kernels_.pack(b_, plan_.depth, plan_.columns, bias_, first, last, packed);
    }
  }

  void multiply(int64_t first_row, int64_t last_row, int64_t first_panel, int64_t last_panel,
                const float* packed) const {
    const auto bytes = [](int64_t floats) { return static_cast<size_t>(floats) * sizeof(float); };
    const int64_t first = first_panel * kernels_.tile_columns;
    const int64_t last = std::min(last_panel * kernels_.tile_columns, plan_.columns);
    for (int64_t row = first_row; row < last_row; row += kernels_.tile_rows) {
      const int64_t height = std::min(kernels_.tile_rows, last_row - row);
      const auto kernel = height == 1 ? kernels_.gemm_row : kernels_.gemm;
      kernel(static_cast<size_t>(height), static_cast<size_t>(last - first), bytes(plan_.depth),
             a_ + row * plan_.depth, bytes(plan_.depth), packed, c_ + row * plan_.columns + first,
             bytes(plan_.columns), bytes(kernels_.tile_columns), &range_);
    }
  }

 private:
  const ProductKernels& kernels_ = product_kernels();
  const GemmPlan& plan_;
  bool b_is_transposed_;
  const float* a_;
  const float* b_;
  const float* bias_;
  float* c_;
  xnn_f32_minmax_params range_;
};

}  // namespace

uint64_t XnnpackBackend::gemm_workspace(const GemmDesc& desc, const Shape& a,
                                        const Shape& b) const {
  const GemmPlan plan(desc, a, b, threads_->count());
  return static_cast<uint64_t>(plan.transposed + plan.packed) * sizeof(float);
}

void XnnpackBackend::gemm(OpContext op, const GemmDesc& desc, const Tensor& a, const Tensor& b,
                          const Tensor& bias, const Tensor& c) {
  const GemmPlan plan(desc, a.shape, b.shape, threads_->count());
  auto* workspace = static_cast<float*>(op.workspace);
  const float* left = a.data();
  if (desc.transpose_a) {
    transpose(*threads_, a.data(), a.shape[0], a.shape[1], workspace);
    left = workspace;
  }
  float* packed = workspace + plan.transposed;
  const Product product(plan, desc, left, b.data(), bias.data(), c.data());
  if (!plan.by_panels) {
    product.pack(0, plan.panels, packed);
    const int64_t tile = product_kernels().tile_rows;
    const int64_t tiles = (plan.rows + tile - 1) / tile;
    threads_->split(tiles, 4, [&](int64_t begin, int64_t end) {
      product.multiply(begin * tile, std::min(end * tile, plan.rows), 0, plan.panels, packed);
    });
    return;
  }
  const auto group = [&](size_t index, size_t lane) {
    const int64_t first = static_cast<int64_t>(index) * plan.panels / plan.groups;
    const int64_t last = static_cast<int64_t>(index + 1) * plan.panels / plan.groups;
    float* own = packed + static_cast<int64_t>(lane) * (plan.packed / plan.lanes);
    product.pack(first, last, own);
    product.multiply(0, plan.rows, first, last, own);
  };
  if (plan.lanes > 1) return threads_->run(static_cast<size_t>(plan.groups), group);
  for (int64_t index = 0; index < plan.groups; ++index) group(static_cast<size_t>(index), 0);
}

}  // namespace convlab
