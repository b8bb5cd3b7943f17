#include "backend/xnnpack/grouped_grad_kernel.h"

#include <algorithm>

#include "backend/xnnpack/kernels.h"
#include "backend/xnnpack/threads.h"

namespace convlab {

namespace {

constexpr int64_t max_slices = 8;

// Computes the sum of one slice of the batch, laid out as [kh · kw, O, I / groups] so that the
// innermost loop runs over consecutive elements.
struct Sums {
  Sums(const Conv2dDesc& conv, const Shape& x_shape, const Shape& y_shape)
      : desc(conv),
        x(x_shape),
        y(y_shape),
        group_inputs(x[3] / desc.groups),
        group_outputs(y[3] / desc.groups),
        kernel_pixels(desc.kernel.h * desc.kernel.w),
        weights(kernel_pixels * y[3] * group_inputs),
        slices(std::min(max_slices, x[0])) {}

  void add_pixel(const float* pixel, const float* grads, float* sums) const {
    if (group_inputs == 1 && group_outputs == 1) {
      kernels::multiply_add(pixel, grads, y[3], sums);
      return;
    }
    for (int64_t o = 0; o < y[3]; ++o) {
      const float* inputs = pixel + o / group_outputs * group_inputs;
      for (int64_t i = 0; i < group_inputs; ++i) sums[o * group_inputs + i] += grads[o] * inputs[i];
    }
  }

  void add_image(const float* image, const float* grads, float* sums) const {
    for (int64_t oy = 0; oy < y[1]; ++oy) {
      for (int64_t ox = 0; ox < y[2]; ++ox, grads += y[3]) {
        for (int64_t ky = 0; ky < desc.kernel.h; ++ky) {
          const int64_t row = oy * desc.stride.h + ky * desc.dilation.h - desc.padding.top;
          if (row < 0 || row >= x[1]) continue;
          for (int64_t kx = 0; kx < desc.kernel.w; ++kx) {
            const int64_t column = ox * desc.stride.w + kx * desc.dilation.w - desc.padding.left;
            if (column < 0 || column >= x[2]) continue;
            add_pixel(image + (row * x[2] + column) * x[3], grads,
                      sums + (ky * desc.kernel.w + kx) * y[3] * group_inputs);
          }
        }
      }
    }
  }

  Conv2dDesc desc;
  Shape x, y;
  int64_t group_inputs, group_outputs;
  int64_t kernel_pixels, weights, slices;
};

}  // namespace

void grouped_grad_kernel(const Threads& threads, const Conv2dDesc& desc, const Tensor& x,
                         const Tensor& dy, float* workspace, const Tensor& kernel_grad) {
  const Sums plan(desc, x.shape, dy.shape);
  const int64_t images = (x.shape[0] + plan.slices - 1) / plan.slices;
  threads.run(static_cast<size_t>(plan.slices), [&](size_t index, size_t) {
    const auto slice = static_cast<int64_t>(index);
    float* sums = workspace + slice * plan.weights;
    std::fill_n(sums, plan.weights, 0.0F);
    for (int64_t n = slice * images; n < std::min((slice + 1) * images, x.shape[0]); ++n) {
      plan.add_image(x.part(n, n + 1).data(), dy.part(n, n + 1).data(), sums);
    }
  });
  for (int64_t slice = 1; slice < plan.slices; ++slice)
    kernels::add(workspace, workspace + slice * plan.weights, plan.weights, workspace);
  for (int64_t o = 0; o < dy.shape[3]; ++o) {
    for (int64_t kernel_pixel = 0; kernel_pixel < plan.kernel_pixels; ++kernel_pixel) {
      std::copy_n(workspace + (kernel_pixel * dy.shape[3] + o) * plan.group_inputs,
                  plan.group_inputs,
                  kernel_grad.data() + (o * plan.kernel_pixels + kernel_pixel) * plan.group_inputs);
    }
  }
}

int64_t grouped_grad_workspace(const Conv2dDesc& desc, const Shape& x, const Shape& y) {
  const Sums plan(desc, x, y);
  return plan.weights * plan.slices;
}

}  // namespace convlab
