#include <algorithm>
#include <vector>

#include "backend/xnnpack/grouped_grad_kernel.h"
#include "backend/xnnpack/im2col_planes.h"
#include "backend/xnnpack/indirect_gemm.h"
#include "backend/xnnpack/kernels.h"
#include "backend/xnnpack/thin_conv2d.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/transpose.h"
#include "backend/xnnpack/winograd_conv2d.h"
#include "backend/xnnpack/xnnpack_backend.h"

// The kernel gradient is the product of the im2col matrix [kh·kw·I, pixels] and dy [pixels, O]. The
// rows of the im2col matrix are segments of x's planes and are never gathered; an extra row of ones
// gives the bias gradient. The batch is cut into slices, whose number depends only on the shapes.
// Each slice is summed separately, in chunks that fit the cache. Threads take slices dynamically,
// but the slices are added in order: results are bitwise equal for any number of threads.

namespace convlab {

namespace {

constexpr int64_t chunk_pixels = 1024;
constexpr int64_t max_slices = 16;
constexpr int64_t max_slice_floats = int64_t{1} << 22;

// How the work is divided, and the layout of the workspace in floats.
struct GradPlan {
  GradPlan(const Conv2dDesc& desc, const Shape& x, const Shape& y, int workers,
           const IndirectGemm& gemm)
      : planes(desc, x, y), batch(x[0]), outputs(y[3]), image_floats(x.sample_shape().elements()) {
    rows = planes.kernel_pixels() * planes.channels() + 1;
    chunk_images = std::clamp<int64_t>(chunk_pixels / planes.pixels_per_image(), 1, batch);
    const int64_t chunks = (batch + chunk_images - 1) / chunk_images;
    const int64_t sum_floats = rows * outputs;
    slices = std::min({chunks, max_slices, std::max<int64_t>(1, max_slice_floats / sum_floats)});
    const int64_t chunks_per_slice = (chunks + slices - 1) / slices;
    slice_images = chunks_per_slice * chunk_images;
    slices = (batch + slice_images - 1) / slice_images;
    left = aligned_floats(planes.size() * chunk_images);
    packed = aligned_floats(gemm.packed_size(chunk_images * planes.pixels_per_image(), outputs));
    sum = aligned_floats(sum_floats);
    worker_floats = left + packed + sum;
    total = worker_floats * workers +
            sum * slices;  // any worker may get a slice, even if slices are few
  }

  IndirectGemm::Sizes sizes(int64_t images) const {
    return {rows, outputs, images * planes.segments_per_image(), planes.segment_length()};
  }

  Im2colPlanes planes;
  int64_t batch, outputs, image_floats;
  int64_t rows;  // of the product: weights of one output plus its bias
  int64_t chunk_images, slices, slice_images;
  int64_t left, packed, sum;  // sizes of the parts of a worker's scratch memory
  int64_t worker_floats, total;
};

IndirectGemm::IndirectionBuffer make_indirection(const GradPlan& plan, const IndirectGemm& gemm,
                                                 int64_t images, const float* origin,
                                                 const float* ones) {
  const Im2colPlanes& planes = plan.planes;
  const int64_t each = planes.segments_per_image();
  return gemm.arrange(plan.rows, images * each, [&](int64_t row, int64_t segment) {
    if (row == plan.rows - 1) return ones;
    return origin + segment / each * planes.size() +
           planes.segment(row / planes.channels(), row % planes.channels(), segment % each);
  });
}

// Indirection buffers of the chunks, for planes that begin at `origin`.
struct GradState final : OpState {
  void prepare(const GradPlan& plan, const Shape& x_shape, const Shape& y_shape, float* planes) {
    if (x == x_shape && y == y_shape) return;
    x = x_shape;
    y = y_shape;
    origin = planes;
    ones.assign(static_cast<size_t>(plan.planes.segment_length()), 1.0F);
    chunk = make_indirection(plan, gemm, plan.chunk_images, origin, ones.data());
    const int64_t rest = plan.batch % plan.chunk_images;
    last_chunk = rest == 0 ? IndirectGemm::IndirectionBuffer{}
                           : make_indirection(plan, gemm, rest, origin, ones.data());
  }

  IndirectGemm gemm;
  Shape x, y;
  std::vector<float> ones;
  const float* origin = nullptr;
  IndirectGemm::IndirectionBuffer chunk;
  IndirectGemm::IndirectionBuffer last_chunk;  // last chunk of the batch, if it has fewer images
};

void add(const float* x, int64_t count, float* sum) {
  for (int64_t i = 0; i < count; ++i) sum[i] += x[i];
}

// Writes the sum over one slice of the batch to `sum`, [kh·kw·I + 1, O].
void sum_slice(const GradPlan& plan, const GradState& state, const float* x, const float* dy,
               int64_t slice, float* scratch, float* sum) {
  float* planes = scratch;
  float* packed = planes + plan.left;
  float* product = packed + plan.packed;
  const int64_t pixels = plan.planes.pixels_per_image();
  const int64_t first = slice * plan.slice_images;
  const int64_t last = std::min(first + plan.slice_images, plan.batch);
  const auto offset = reinterpret_cast<intptr_t>(planes) - reinterpret_cast<intptr_t>(state.origin);
  std::fill_n(planes, plan.left, 0.0F);
  for (int64_t image = first; image < last; image += plan.chunk_images) {
    const int64_t images = std::min(plan.chunk_images, last - image);
    plan.planes.write(x + image * plan.image_floats, images, planes);
    state.gemm.pack(dy + image * pixels * plan.outputs, images * pixels, plan.outputs, nullptr,
                    packed);
    state.gemm.run(plan.sizes(images), images == plan.chunk_images ? state.chunk : state.last_chunk,
                   offset, state.ones.data(), packed, Activation::none,
                   image == first ? sum : product);
    if (image != first) add(product, plan.rows * plan.outputs, sum);
  }
}

// Kernel and bias gradient of a convolution without groups.
void grad_kernel(const Threads& threads, GradState& state, const Conv2dDesc& desc, const Tensor& x,
                 const Tensor& dy, float* workspace, const Tensor& kernel_grad,
                 const Tensor& bias_grad) {
  const GradPlan plan(desc, x.shape, dy.shape, threads.count(), state.gemm);
  float* sums = workspace;
  float* scratch = sums + plan.sum * plan.slices;
  state.prepare(plan, x.shape, dy.shape, scratch);
  threads.run(static_cast<size_t>(plan.slices), [&](size_t slice, size_t worker) {
    const auto index = static_cast<int64_t>(slice);
    sum_slice(plan, state, x.data(), dy.data(), index,
              scratch + static_cast<int64_t>(worker) * plan.worker_floats, sums + index * plan.sum);
  });
  threads.split(plan.rows * plan.outputs, 65536, [&](int64_t begin, int64_t end) {
    for (int64_t slice = 1; slice < plan.slices; ++slice)
      add(sums + slice * plan.sum + begin, end - begin, sums + begin);
  });
  transpose(threads, sums, plan.rows - 1, plan.outputs, kernel_grad.data());
  if (bias_grad) std::copy_n(sums + (plan.rows - 1) * plan.outputs, plan.outputs, bias_grad.data());
}

// Shapes of one group of a grouped convolution. Wide groups are computed one by one as ordinary
// products, on copies of their channels.
struct Groups {
  Groups(const Conv2dDesc& whole, const Shape& x_all, const Shape& y_all)
      : count(whole.groups), desc(whole), x(x_all), y(y_all) {
    desc.groups = 1;
    x = {x_all[0], x_all[1], x_all[2], x_all[3] / count};
    y = {y_all[0], y_all[1], y_all[2], y_all[3] / count};
  }

  bool are_wide() const { return x[3] >= 4 && y[3] >= 8; }

  int64_t count;
  Conv2dDesc desc;
  Shape x, y;  // of one group
};

// Workspace of conv2d_grad_kernel in floats.
int64_t grad_workspace(const Conv2dDesc& desc, const Shape& x, const Shape& y, int threads) {
  const Groups groups(desc, x, y);
  const GradPlan plan(groups.desc, groups.x, groups.y, threads, IndirectGemm());
  if (desc.groups == 1) return plan.total;
  return groups.are_wide() ? aligned_floats(groups.x.elements()) +
                                 aligned_floats(groups.y.elements()) + plan.total
                           : grouped_grad_workspace(desc, x, y);
}

}  // namespace

void XnnpackBackend::conv2d_grad_kernel(OpContext op, const Conv2dDesc& desc, const Tensor& x,
                                        const Tensor& dy, const Tensor& kernel_grad,
                                        const Tensor& bias_grad) {
  auto* workspace = static_cast<float*>(op.workspace);
  const Groups groups(desc, x.shape, dy.shape);
  if (desc.groups > 1 && !groups.are_wide()) {
    grouped_grad_kernel(*threads_, desc, x, dy, workspace, kernel_grad);
    if (bias_grad) sum_rows(dy, bias_grad);
    return;
  }
  if (!op.slot) op.slot = std::make_unique<GradState>();
  auto& state = static_cast<GradState&>(*op.slot);
  if (desc.groups == 1) {
    grad_kernel(*threads_, state, desc, x, dy, workspace, kernel_grad, bias_grad);
    return;
  }
  const Tensor group_x{groups.x, DType::f32, workspace};
  const Tensor group_dy{groups.y, DType::f32, workspace + aligned_floats(group_x.elements())};
  float* rest = group_dy.data() + aligned_floats(group_dy.elements());
  for (int64_t group = 0; group < groups.count; ++group) {
    const int64_t outputs = group * groups.y[3];
    copy_columns(x, group * groups.x[3], group_x, 0, groups.x[3]);
    copy_columns(dy, outputs, group_dy, 0, groups.y[3]);
    grad_kernel(*threads_, state, groups.desc, group_x, group_dy, rest,
                kernel_grad.part(outputs, outputs + groups.y[3]),
                bias_grad ? bias_grad.part(outputs, outputs + groups.y[3]) : Tensor{});
  }
}

uint64_t XnnpackBackend::conv2d_workspace(const Conv2dDesc& desc, const Shape& x,
                                          const Shape& y) const {
  const int64_t turned_kernel =
      aligned_floats(y[3] * desc.kernel.h * desc.kernel.w * (x[3] / desc.groups));
  const int64_t thin =
      ThinConv2d::is_for(desc, x) ? ThinConv2d::workspace_size(desc, x, y, threads_->count()) : 0;
  int64_t others = std::max(turned_kernel, thin);
  for (const KernelUse use : {KernelUse::conv2d, KernelUse::conv2d_grad_input}) {
    if (!uses_winograd(use, desc, x, y)) continue;
    others = std::max(others, WinogradConv2d::workspace_size(use, desc, x, y, threads_->count()));
  }
  const int64_t floats = desc.constant_kernel
                             ? others
                             : std::max(others, grad_workspace(desc, x, y, threads_->count()));
  return static_cast<uint64_t>(floats) * sizeof(float);
}

}  // namespace convlab
