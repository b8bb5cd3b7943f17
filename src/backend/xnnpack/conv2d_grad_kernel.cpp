#include <algorithm>
#include <vector>

#include "backend/xnnpack/dynamic_gemm.h"
#include "backend/xnnpack/grouped_grad_kernel.h"
#include "backend/xnnpack/im2col.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/transpose.h"
#include "backend/xnnpack/xnnpack_backend.h"

// The gradient of a convolution's kernel is transposed im2col [kh·kw·I, pixels] times dy [pixels,
// O], taken in chunks of a few images that stay in the cache. The batch is cut into slices whose
// number depends on the shapes alone, each summed on its own; threads ("lanes") take slices as they
// come, and the slices are added in order: the bits are the same for any number of threads.

namespace convlab {

namespace {

constexpr int64_t chunk_pixels = 1024;
constexpr int64_t most_slices = 16;
constexpr int64_t most_slice_floats = int64_t{1} << 22;

int64_t floats(uint64_t bytes) { return static_cast<int64_t>(align_up(bytes) / sizeof(float)); }
int64_t aligned(int64_t count) { return floats(static_cast<uint64_t>(count) * sizeof(float)); }

// How the work is cut and where its parts lie in the workspace, in floats.
struct GradPlan {
  // `gemm` is asked for the memory that it needs.
  GradPlan(const Conv2dDesc& desc, const Shape& x, const Shape& y, int lanes, DynamicGemm& gemm)
      : im2col(desc, x, y), batch(x[0]), outputs(y[3]), image_floats(x.without_front().elements()) {
    weights = im2col.rows() * outputs;
    chunk_images = std::clamp<int64_t>(chunk_pixels / im2col.pixels_per_image(), 1, batch);
    const int64_t chunks = (batch + chunk_images - 1) / chunk_images;
    slices = std::min({chunks, most_slices, std::max<int64_t>(1, most_slice_floats / weights)});
    const int64_t chunks_per_slice = (chunks + slices - 1) / slices;
    slice_images = chunks_per_slice * chunk_images;
    slices = (batch + slice_images - 1) / slice_images;
    columns = aligned(im2col.rows() * chunk_images * im2col.pixels_per_image());
    planes = aligned(im2col.scratch_size());
    packed = floats(gemm.reshape(gemm_sizes(chunk_images), nullptr));
    sum = aligned(weights);
    lane = columns + planes + packed + sum;
    total = lane * lanes + sum * slices;  // any lane may get work, also where slices are few
  }

  DynamicGemm::Sizes gemm_sizes(int64_t images) const {
    return {static_cast<size_t>(im2col.rows()), static_cast<size_t>(outputs),
            static_cast<size_t>(images * im2col.pixels_per_image())};
  }

  TransposedIm2col im2col;
  int64_t batch, outputs, image_floats;
  int64_t weights;
  int64_t chunk_images, slices, slice_images;
  int64_t columns, planes, packed, sum;  // sizes of a lane's parts
  int64_t lane, total;
};

struct GradState final : OpState {
  std::vector<DynamicGemm> lanes;
};

void add(const float* x, int64_t count, float* sum) {
  for (int64_t i = 0; i < count; ++i) sum[i] += x[i];
}

// Sums over one slice of the batch into `sum`, which is laid out [kh·kw·I, O].
void sum_slice(const GradPlan& plan, DynamicGemm& gemm, const float* x, const float* dy,
               int64_t slice, float* lane, float* sum) {
  float* columns = lane;
  float* planes = columns + plan.columns;
  float* packed = planes + plan.planes;
  float* product = packed + plan.packed;
  const int64_t first = slice * plan.slice_images;
  const int64_t last = std::min(first + plan.slice_images, plan.batch);
  for (int64_t image = first; image < last; image += plan.chunk_images) {
    const int64_t images = std::min(plan.chunk_images, last - image);
    plan.im2col.write(x + image * plan.image_floats, images, planes, columns);
    gemm.reshape(plan.gemm_sizes(images), nullptr);
    const float* dy_chunk = dy + image * plan.im2col.pixels_per_image() * plan.outputs;
    gemm.run(columns, dy_chunk, nullptr, image == first ? sum : product, packed, nullptr);
    if (image != first) add(product, plan.weights, sum);
  }
}

}  // namespace

void XnnpackBackend::conv2d_grad_kernel(OpContext op, const Conv2dDesc& desc, const Tensor& x,
                                        const Tensor& dy, const Tensor& kernel_grad) {
  if (desc.groups > 1) {
    grouped_grad_kernel(*threads_, desc, x, dy, static_cast<float*>(op.workspace), kernel_grad);
    return;
  }
  if (!op.slot) {
    auto state = std::make_unique<GradState>();
    for (int lane = 0; lane < threads_->count(); ++lane)
      state->lanes.emplace_back(true, Activation::none);
    op.slot = std::move(state);
  }
  auto& lanes = static_cast<GradState&>(*op.slot).lanes;
  const GradPlan plan(desc, x.shape, dy.shape, threads_->count(), lanes[0]);
  auto* workspace = static_cast<float*>(op.workspace);
  float* sums = workspace;
  float* scratch = sums + plan.sum * plan.slices;
  threads_->run(static_cast<size_t>(plan.slices), [&](size_t slice, size_t lane) {
    const auto index = static_cast<int64_t>(slice);
    sum_slice(plan, lanes[lane], x.data(), dy.data(), index,
              scratch + static_cast<int64_t>(lane) * plan.lane, sums + index * plan.sum);
  });
  threads_->split(plan.weights, 65536, [&](int64_t begin, int64_t end) {
    for (int64_t slice = 1; slice < plan.slices; ++slice)
      add(sums + slice * plan.sum + begin, end - begin, sums + begin);
  });
  transpose(*threads_, sums, plan.im2col.rows(), plan.outputs, kernel_grad.data());
}

uint64_t XnnpackBackend::conv2d_workspace(const Conv2dDesc& desc, const Shape& x,
                                          const Shape& y) const {
  if (desc.groups > 1) {
    return static_cast<uint64_t>(grouped_grad_workspace(desc, x, y)) * sizeof(float);
  }
  DynamicGemm gemm(true, Activation::none);
  const GradPlan plan(desc, x, y, threads_->count(), gemm);
  const int64_t turned_kernel = aligned(plan.weights);
  return static_cast<uint64_t>(std::max(plan.total, turned_kernel)) * sizeof(float);
}

}  // namespace convlab
