#include "backend/xnnpack/winograd_conv2d.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "backend/xnnpack/operators.h"
#include "backend/xnnpack/product_kernels.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/winograd_transforms.h"
#include "core/error.h"

namespace convlab {

namespace {

constexpr int64_t lanes = 16;  // of the widest vectors
// Tiles of a block. With fewer, the kernel, which is read for each block, takes longer than the
// products; with more, transformed tiles of few channels leave the cache before they are used.
constexpr int64_t max_tiles = 56;
constexpr int64_t group_floats = 16 * 1024;  // of panels that are multiplied with a block at once

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t round_up(int64_t value, int64_t step) { return ceil_div(value, step) * step; }

winograd::Tiles tiles_of(const Conv2dDesc& desc, const Shape& x, const Shape& y) {
  return {.rows = ceil_div(y[1], winograd::outputs),
          .columns = ceil_div(y[2], winograd::outputs),
          .in_h = x[1],
          .in_w = x[2],
          .in_channels = x[3],
          .out_h = y[1],
          .out_w = y[2],
          .out_channels = y[3],
          .top = desc.padding.top,
          .left = desc.padding.left};
}

// How the tiles are divided into blocks, and the layout of the workspace in floats.
struct Plan {
  Plan(const Conv2dDesc& desc, const Shape& x, const Shape& y, int threads)
      : tiles(tiles_of(desc, x, y)), count(x[0] * tiles.rows * tiles.columns) {
    const int64_t rows = product_kernels().tile_rows;
    in_row = round_up(tiles.in_channels, lanes);
    out_row = round_up(tiles.out_channels, lanes);
    const int64_t max_block = round_up(max_tiles, rows);
    const int64_t blocks = round_up(ceil_div(count, max_block), threads);
    block = std::min(round_up(ceil_div(count, blocks), rows), max_block);
    // An odd number of cache lines between matrices, which otherwise share sets of the cache.
    in_matrix = block * in_row + lanes;
    out_matrix = block * out_row + lanes;
    v = winograd::products * in_matrix + kernel_overread;
    m = winograd::products * out_matrix;
    zeros = std::max(in_row, out_row);
    worker_floats = aligned_floats(v) + aligned_floats(m) + out_row;
  }

  winograd::Tiles tiles;
  int64_t count;  // tiles of the batch
  int64_t block;  // tiles of a block
  int64_t in_row, out_row;
  int64_t in_matrix, out_matrix;
  int64_t v, m, zeros;
  int64_t worker_floats;
};

/// The transformed kernel: for each product the packed right factor [in_channels, out_channels].
struct PackedKernel {
  PackedKernel(int64_t inputs, int64_t outputs)
      : panels(product_kernels().panels(outputs)),
        panel(product_kernels().panel_floats(inputs)),
        matrix(aligned_floats(panels * panel)) {}

  int64_t panels, panel;
  int64_t matrix;
};

// Multiplies the matrices of a block of `rows` tiles.
void multiply(const Plan& plan, const float* kernel, int64_t rows, const float* v, float* m) {
  const ProductKernels& kernels = product_kernels();
  const auto bytes = [](int64_t floats) { return static_cast<size_t>(floats) * sizeof(float); };
  const PackedKernel packed(plan.tiles.in_channels, plan.tiles.out_channels);
  const xnn_f32_minmax_params range = kernels.range(Activation::none);
  const int64_t group = std::max<int64_t>(1, group_floats / packed.panel);
  for (int64_t product = 0; product < winograd::products; ++product) {
    for (int64_t panel = 0; panel < packed.panels; panel += group) {
      const float* right = kernel + product * packed.matrix + panel * packed.panel;
      const int64_t column = panel * kernels.tile_columns;
      const int64_t columns =
          std::min(group * kernels.tile_columns, plan.tiles.out_channels - column);
      for (int64_t row = 0; row < rows; row += kernels.tile_rows) {
        const int64_t height = std::min(kernels.tile_rows, rows - row);
        const auto function = height == 1 ? kernels.plain.gemm_row : kernels.plain.gemm;
        function(static_cast<size_t>(height), static_cast<size_t>(columns),
                 bytes(plan.tiles.in_channels), v + product * plan.in_matrix + row * plan.in_row,
                 bytes(plan.in_row), right,
                 m + product * plan.out_matrix + row * plan.out_row + column, bytes(plan.out_row),
                 bytes(kernels.tile_columns), &range);
      }
    }
  }
}

}  // namespace

bool WinogradConv2d::supports(KernelUse use, const Conv2dDesc& desc) {
  const auto& [top, bottom, left, right] = desc.padding;
  const bool reads_all = std::max({top, bottom, left, right}) <= 2;
  return desc.kernel == Size2d{3, 3} && desc.stride == Size2d{1, 1} &&
         desc.dilation == Size2d{1, 1} && desc.groups == 1 &&
         (use == KernelUse::conv2d || reads_all);
}

Conv2dDesc WinogradConv2d::grad_input(const Conv2dDesc& desc) {
  Conv2dDesc turned = desc;
  const auto& [top, bottom, left, right] = desc.padding;
  turned.padding = {.top = 2 - top, .bottom = 2 - bottom, .left = 2 - left, .right = 2 - right};
  turned.activation = Activation::none;
  return turned;
}

uint64_t WinogradConv2d::kernel_bytes(const Shape& x, const Shape& y) {
  return static_cast<uint64_t>(winograd::products * PackedKernel(x[3], y[3]).matrix) *
         sizeof(float);
}

int64_t WinogradConv2d::workspace_size(const Conv2dDesc& desc, const Shape& x, const Shape& y,
                                       int threads) {
  const Plan plan(desc, x, y, threads);
  return plan.zeros + plan.worker_floats * threads;
}

// The columns of a panel are outputs, and its rows inputs. For the gradient both change places, and
// the windows are turned.
void WinogradConv2d::transform_kernel(const Threads& threads, const Tensor& kernel) {
  const auto [outputs, inputs] = std::pair{kernel.shape[0], kernel.shape[3]};
  const bool is_turned = use_ == KernelUse::conv2d_grad_input;
  const winograd::Windows windows =
      is_turned ? winograd::Windows{.values = kernel.data() + 8 * inputs,
                                    .inputs = outputs,
                                    .input = 9 * inputs,
                                    .output = 1,
                                    .pixel = -inputs}
                : winograd::Windows{.values = kernel.data(),
                                    .inputs = inputs,
                                    .input = 1,
                                    .output = 9 * inputs,
                                    .pixel = inputs};
  const int64_t columns = is_turned ? inputs : outputs;
  const PackedKernel packed(windows.inputs, columns);
  const int64_t width = product_kernels().tile_columns;
  auto* to = static_cast<float*>(kernel_.memory());
  threads.split(packed.panels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t panel = begin; panel < end; ++panel) {
      const int64_t column = panel * width;
      winograd::Windows part = windows;
      part.values += column * windows.output;
      winograd::functions().kernel(part, std::min(width, columns - column),
                                   {to + panel * packed.panel + width, width, packed.matrix});
    }
  });
}

void WinogradConv2d::run(Backend& backend, const Threads& threads, const Conv2dDesc& desc,
                         const Tensor& x, const Parameter& kernel, const float* bias,
                         float* workspace, const Tensor& y) {
  if (kernel_.memory() == nullptr || kernel_version_ != kernel.version) {
    if (kernel_.memory() == nullptr) {
      const uint64_t bytes = kernel_bytes(x.shape, y.shape);
      if (bytes > std::numeric_limits<size_t>::max() / 2)
        fail("[conv2d] not enough memory for {} MB of transformed kernel", bytes >> 20U);
      kernel_ = backend.allocate(static_cast<size_t>(bytes));
    }
    transform_kernel(threads, kernel.value);
    kernel_version_ = kernel.version;
  }
  const Plan plan(desc, x.shape, y.shape, threads.count());
  const winograd::Functions& functions = winograd::functions();
  const OutputRange range(desc.activation);
  const float* zeros = workspace;
  std::fill_n(workspace, plan.zeros, 0.0F);
  const winograd::Finish finish{bias == nullptr ? zeros : bias, range.min, range.max};
  threads.run(static_cast<size_t>(ceil_div(plan.count, plan.block)), [&](size_t index,
                                                                         size_t worker) {
    const int64_t first = static_cast<int64_t>(index) * plan.block;
    const int64_t last = std::min(first + plan.block, plan.count);
    float* own = workspace + plan.zeros + static_cast<int64_t>(worker) * plan.worker_floats;
    const winograd::Matrices v{own, plan.in_row, plan.in_matrix};
    const winograd::Matrices m{own + aligned_floats(plan.v), plan.out_row, plan.out_matrix};
    functions.input(plan.tiles, x.data(), zeros, first, last, v);
    multiply(plan, static_cast<const float*>(kernel_.memory()), last - first, v.values, m.values);
    functions.output(plan.tiles, m, finish, m.values + aligned_floats(plan.m), first, last,
                     y.data());
  });
}

}  // namespace convlab
