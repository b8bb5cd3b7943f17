#include "backend/xnnpack/winograd_conv2d.h"

#include <algorithm>
#include <limits>

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

  uint64_t bytes() const {
    return static_cast<uint64_t>(winograd::products * matrix) * sizeof(float);
  }

  int64_t panels, panel;
  int64_t matrix;
};

/// The convolution of dy that gives the gradient of the input. Its padding can be negative: pixels
/// of dy that read nothing but padding are left out.
Conv2dDesc turned(const Conv2dDesc& desc) {
  Conv2dDesc convolution = desc;
  const auto& [top, bottom, left, right] = desc.padding;
  convolution.padding = {
      .top = 2 - top, .bottom = 2 - bottom, .left = 2 - left, .right = 2 - right};
  return convolution;
}

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

bool WinogradConv2d::supports(const Conv2dDesc& desc) {
  return desc.kernel == Size2d{3, 3} && desc.stride == Size2d{1, 1} &&
         desc.dilation == Size2d{1, 1} && desc.groups == 1;
}

uint64_t WinogradConv2d::kernel_bytes(KernelUse use, const Shape& x, const Shape& y) {
  const bool is_gradient = use == KernelUse::conv2d_grad_input;
  return PackedKernel(is_gradient ? y[3] : x[3], is_gradient ? x[3] : y[3]).bytes();
}

int64_t WinogradConv2d::workspace_size(KernelUse use, const Conv2dDesc& desc, const Shape& x,
                                       const Shape& y, int threads) {
  const Plan plan =
      use == KernelUse::conv2d ? Plan(desc, x, y, threads) : Plan(turned(desc), y, x, threads);
  return plan.zeros + plan.worker_floats * threads;
}

// The columns of a panel are outputs, and its rows inputs. For the gradient both change places, and
// the windows are turned.
void WinogradConv2d::transform_kernel(const Threads& threads, const Tensor& kernel) {
  const int64_t outputs = kernel.shape[0];
  const int64_t inputs = kernel.shape[3];
  const bool is_turned = use_ == KernelUse::conv2d_grad_input;
  const winograd::Windows windows = is_turned
                                        ? winograd::Windows{.values = kernel.data() + 8 * inputs,
                                                            .inputs = outputs,
                                                            .outputs = inputs,
                                                            .input = 9 * inputs,
                                                            .output = 1,
                                                            .pixel = -inputs}
                                        : winograd::Windows{.values = kernel.data(),
                                                            .inputs = inputs,
                                                            .outputs = outputs,
                                                            .input = 1,
                                                            .output = 9 * inputs,
                                                            .pixel = inputs};
  const PackedKernel packed(windows.inputs, windows.outputs);
  const int64_t width = product_kernels().tile_columns;
  auto* to = static_cast<float*>(kernel_.memory());
  threads.split(packed.panels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t panel = begin; panel < end; ++panel) {
      const int64_t first = panel * width;
      winograd::Windows part = windows;
      part.values += first * windows.output;
      part.outputs = std::min(width, windows.outputs - first);
      winograd::functions().kernel(part, {to + panel * packed.panel + width, width, packed.matrix});
    }
  });
}

void WinogradConv2d::run(Backend& backend, const Threads& threads, const Conv2dDesc& desc,
                         const Tensor& from, const Parameter& kernel, const float* bias,
                         float* workspace, const Tensor& to) {
  if (kernel_.memory() == nullptr || kernel_version_ != kernel.version) {
    if (kernel_.memory() == nullptr) {
      const PackedKernel packed(from.shape[3], to.shape[3]);
      const uint64_t bytes = packed.bytes();
      if (bytes > std::numeric_limits<size_t>::max() / 2)
        fail("[conv2d] not enough memory for {} MB of transformed kernel", bytes >> 20U);
      kernel_ = backend.allocate(static_cast<size_t>(bytes));
    }
    transform_kernel(threads, kernel.value);
    kernel_version_ = kernel.version;
  }
  const bool is_gradient = use_ == KernelUse::conv2d_grad_input;
  const Plan plan(is_gradient ? turned(desc) : desc, from.shape, to.shape, threads.count());
  const winograd::Functions& functions = winograd::functions();
  const OutputRange range(is_gradient ? Activation::none : desc.activation);
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
    functions.input(plan.tiles, from.data(), zeros, first, last, v);
    multiply(plan, static_cast<const float*>(kernel_.memory()), last - first, v.values, m.values);
    functions.output(plan.tiles, m, finish, m.values + aligned_floats(plan.m), first, last,
                     to.data());
  });
}

}  // namespace convlab
