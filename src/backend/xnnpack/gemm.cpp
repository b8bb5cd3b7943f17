#include <algorithm>

#include "backend/xnnpack/product_kernels.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/transpose.h"
#include "backend/xnnpack/xnnpack_backend.h"

// Each thread takes groups of panels of the right factor, packs a group and multiplies with it.
// Packed values thus stay in the cache of that core, and only results pass between cores: with
// private caches a dense network's step waits for little else. If there are too few panels for all
// threads, all panels are packed first and the rows are divided among the threads. Both ways add
// the same terms in the same order, for any number of threads.

namespace convlab {

namespace {

constexpr int64_t group_floats = 32 * 1024;         // of packed panels, to fit a core's cache
constexpr int64_t min_products = int64_t{1} << 18;  // below this a second thread does not pay off
// Max panels per thread for packing all panels at once, which bounds the memory.
constexpr int64_t max_shared_panels = 4;

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

struct GemmPlan {
  GemmPlan(const GemmDesc& desc, const Shape& a, const Shape& b, int threads)
      : rows(a[desc.transpose_a ? 1 : 0]),
        depth(a[desc.transpose_a ? 0 : 1]),
        columns(b[desc.transpose_b ? 0 : 1]),
        panel(product_kernels().panel_floats(depth)),
        panels(product_kernels().panels(columns)),
        tiles(ceil_div(rows, product_kernels().tile_rows)),
        workers(rows * depth * columns < min_products ? 1 : threads) {
    const bool may_share = threads > 1 && panels <= max_shared_panels * threads;
    // Compares the load of the busiest worker. A panel that moves between cores costs about a
    // quarter more.
    by_panels = !may_share ||
                4 * ceil_div(panels, workers) * tiles <= 5 * ceil_div(tiles, workers) * panels;
    groups = ceil_div(panels, std::max<int64_t>(1, group_floats / panel));
    groups = std::min(ceil_div(groups, workers) * workers, panels);
    worker_floats = ceil_div(panels, groups) * panel;
    // An upper bound that does not decrease as the batch (`rows` or `depth`) grows.
    packed = may_share ? (panels + threads) * panel : threads * std::max(group_floats, panel);
    transposed = desc.transpose_a ? aligned_floats(a.elements() + kernel_overread) : 0;
  }

  int64_t rows, depth, columns;
  int64_t panel, panels;  // floats per panel, number of panels
  int64_t tiles;          // tiles along the rows
  int workers;
  bool by_panels;  // whether threads divide the panels; otherwise the rows
  int64_t groups;
  int64_t worker_floats;       // floats of a packed group
  int64_t packed, transposed;  // floats of the workspace
};

class Product {
 public:
  Product(const GemmPlan& plan, const GemmDesc& desc, const float* a, const float* b,
          const float* bias, float* c)
      : plan_(plan),
        desc_(desc),
        a_(a),
        b_(b),
        bias_(bias),
        c_(c),
        range_(kernels_.range(desc.activation)) {}

  void pack(int64_t first_panel, int64_t last_panel, float* packed) const {
    const int64_t first = first_panel * kernels_.tile_columns;
    const int64_t last = std::min(last_panel * kernels_.tile_columns, plan_.columns);
    if (desc_.transpose_b) {
      kernels_.pack_rows(b_, plan_.depth, bias_, first, last, packed);
    } else {
      kernels_.pack(b_, plan_.depth, plan_.columns, bias_, first, last, packed);
    }
  }

  void multiply(int64_t first_row, int64_t last_row, int64_t first_panel, int64_t last_panel,
                const float* packed) const {
    const auto bytes = [](int64_t floats) { return static_cast<size_t>(floats) * sizeof(float); };
    const ProductKernels::Functions& functions = kernels_.functions(desc_.activation);
    const int64_t first = first_panel * kernels_.tile_columns;
    const int64_t last = std::min(last_panel * kernels_.tile_columns, plan_.columns);
    for (int64_t row = first_row; row < last_row; row += kernels_.tile_rows) {
      const int64_t height = std::min(kernels_.tile_rows, last_row - row);
      const auto kernel = height == 1 ? functions.gemm_row : functions.gemm;
      kernel(static_cast<size_t>(height), static_cast<size_t>(last - first), bytes(plan_.depth),
             a_ + row * plan_.depth, bytes(plan_.depth), packed, c_ + row * plan_.columns + first,
             bytes(plan_.columns), bytes(kernels_.tile_columns), &range_);
    }
  }

 private:
  const ProductKernels& kernels_ = product_kernels();
  const GemmPlan& plan_;
  const GemmDesc& desc_;
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
  auto* transposed = static_cast<float*>(op.workspace);
  float* packed = transposed + plan.transposed;
  if (desc.transpose_a) transpose(*threads_, a.data(), a.shape[0], a.shape[1], transposed);
  const Product product(plan, desc, desc.transpose_a ? transposed : a.data(), b.data(), bias.data(),
                        c.data());
  if (!plan.by_panels) {
    threads_->split(plan.panels, 1, [&](int64_t begin, int64_t end) {
      product.pack(begin, end, packed + begin * plan.panel);
    });
    threads_->split(plan.tiles, 1, [&](int64_t begin, int64_t end) {
      const int64_t tile = product_kernels().tile_rows;
      product.multiply(begin * tile, std::min(end * tile, plan.rows), 0, plan.panels, packed);
    });
    return;
  }
  const auto group = [&](size_t index, size_t worker) {
    const int64_t first = static_cast<int64_t>(index) * plan.panels / plan.groups;
    const int64_t last = static_cast<int64_t>(index + 1) * plan.panels / plan.groups;
    float* own = packed + static_cast<int64_t>(worker) * plan.worker_floats;
    product.pack(first, last, own);
    product.multiply(0, plan.rows, first, last, own);
  };
  if (plan.workers > 1) return threads_->run(static_cast<size_t>(plan.groups), group);
  for (int64_t index = 0; index < plan.groups; ++index) group(static_cast<size_t>(index), 0);
}

}  // namespace convlab
