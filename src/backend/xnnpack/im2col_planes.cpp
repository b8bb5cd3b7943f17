#include "backend/xnnpack/im2col_planes.h"

#include <algorithm>

#include "backend/xnnpack/transpose.h"

namespace convlab {

namespace {

// Rounds up to an odd number of cache lines: planes a power of two apart would compete for few
// cache sets.
int64_t odd_lines(int64_t floats) {
  constexpr int64_t line = 16;
  return ((floats + line - 1) / line | 1) * line;
}

}  // namespace

Im2colPlanes::Im2colPlanes(const Conv2dDesc& desc, const Shape& x, const Shape& y)
    : desc_(desc),
      in_h_(x[1]),
      in_w_(x[2]),
      channels_(x[3]),
      out_h_(y[1]),
      out_w_(y[2]),
      phase_width_((in_w_ + desc.padding.left + desc.padding.right + desc.stride.w - 1) /
                   desc.stride.w),
      plane_(odd_lines((in_h_ + desc.padding.top + desc.padding.bottom) * phase_width_ *
                       desc.stride.w)),
      length_(desc.stride.h * desc.stride.w == 1 && out_w_ == phase_width_ ? out_h_ * out_w_
                                                                           : out_w_) {}

int64_t Im2colPlanes::segment(int64_t kernel_pixel, int64_t channel, int64_t index) const {
  const int64_t row = index * desc_.stride.h + kernel_pixel / desc_.kernel.w * desc_.dilation.h;
  const int64_t column = kernel_pixel % desc_.kernel.w * desc_.dilation.w;
  return channel * plane_ + (row * desc_.stride.w + column % desc_.stride.w) * phase_width_ +
         column / desc_.stride.w;
}

void Im2colPlanes::write(const float* x, int64_t images, float* planes) const {
  const int64_t stride = desc_.stride.w;
  for (int64_t row = 0; row < images * in_h_; ++row, x += in_w_ * channels_) {
    float* to =
        planes + row / in_h_ * size() + (row % in_h_ + desc_.padding.top) * stride * phase_width_;
    for (int64_t first = 0; first < std::min(stride, in_w_); ++first) {
      const int64_t column = first + desc_.padding.left;
      transpose(x + first * channels_, stride * channels_, (in_w_ - first + stride - 1) / stride,
                channels_, to + column % stride * phase_width_ + column / stride, plane_);
    }
  }
}

}  // namespace convlab
