#include "backend/xnnpack/depthwise_grad_input.h"

#include <algorithm>

#include "backend/xnnpack/kernels.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/transpose.h"

namespace convlab {

namespace {

// Adds the gradients of one image to dx. weights: [kh, kw, C].
void add_image(const Conv2dDesc& desc, const Shape& in, const Shape& out, const float* grads,
               const float* weights, float* dx) {
  const int64_t channels = in[3];
  for (int64_t oy = 0; oy < out[1]; ++oy) {
    for (int64_t ox = 0; ox < out[2]; ++ox, grads += channels) {
      for (int64_t ky = 0; ky < desc.kernel.h; ++ky) {
        const int64_t row = oy * desc.stride.h + ky * desc.dilation.h - desc.padding.top;
        if (row < 0 || row >= in[1]) continue;
        for (int64_t kx = 0; kx < desc.kernel.w; ++kx) {
          const int64_t column = ox * desc.stride.w + kx * desc.dilation.w - desc.padding.left;
          if (column < 0 || column >= in[2]) continue;
          kernels::multiply_add(grads, weights + (ky * desc.kernel.w + kx) * channels, channels,
                                dx + (row * in[2] + column) * channels);
        }
      }
    }
  }
}

}  // namespace

bool is_depthwise(const Conv2dDesc& desc, const Shape& x, const Shape& y) {
  return desc.groups > 1 && desc.groups == x[3] && x[3] == y[3];
}

void depthwise_grad_input(const Threads& threads, const Conv2dDesc& desc, const Tensor& dy,
                          const Tensor& kernel, float* workspace, const Tensor& dx) {
  transpose(threads, kernel.data(), dx.shape[3], desc.kernel.h * desc.kernel.w, workspace);
  threads.split_batch(dx.shape, [&](int64_t begin, int64_t end) {
    const Tensor part = dx.part(begin, end);
    std::fill_n(part.data(), part.elements(), 0.0F);
    for (int64_t n = begin; n < end; ++n) {
      add_image(desc, dx.shape, dy.shape, dy.part(n, n + 1).data(), workspace,
                dx.part(n, n + 1).data());
    }
  });
}

}  // namespace convlab
