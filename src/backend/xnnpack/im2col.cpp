#include "backend/xnnpack/im2col.h"

#include <algorithm>
#include <cstring>

#include "backend/xnnpack/transpose.h"

namespace convlab {

namespace {

// Copies whole groups of 8, so up to 7 floats too many: a call of memcpy per short row would cost
// more.
void copy_row(const float* from, int64_t count, float* to) {
  for (int64_t i = 0; i < count; i += 8) std::memcpy(to + i, from + i, 8 * sizeof(float));
}

}  // namespace

TransposedIm2col::TransposedIm2col(const Conv2dDesc& desc, const Shape& x, const Shape& y)
    : desc_(desc),
      in_h_(x[1]),
      in_w_(x[2]),
      channels_(x[3]),
      out_h_(y[1]),
      out_w_(y[2]),
      padded_h_(in_h_ + desc.padding.top + desc.padding.bottom),
      padded_w_(in_w_ + desc.padding.left + desc.padding.right) {}

int64_t TransposedIm2col::scratch_size() const {
  return channels_ * padded_h_ * padded_w_ + 8;  // copy_row reads on
}

void TransposedIm2col::write(const float* x, int64_t images, float* scratch, float* columns) const {
  const int64_t plane = padded_h_ * padded_w_;
  if (plane != in_h_ * in_w_) std::fill_n(scratch, channels_ * plane, 0.0F);
  for (int64_t image = 0; image < images; ++image) {
    for (int64_t row = 0; row < in_h_; ++row) {
      transpose(x + (image * in_h_ + row) * in_w_ * channels_, channels_, in_w_, channels_,
                scratch + (row + desc_.padding.top) * padded_w_ + desc_.padding.left, plane);
    }
    for (int64_t channel = 0; channel < channels_; ++channel) {
      copy_plane(scratch + channel * plane, images, image, channel, columns);
    }
  }
}

void TransposedIm2col::copy_plane(const float* plane, int64_t images, int64_t image,
                                  int64_t channel, float* columns) const {
  const int64_t row_length = images * pixels_per_image();
  for (int64_t ky = 0; ky < desc_.kernel.h; ++ky) {
    for (int64_t kx = 0; kx < desc_.kernel.w; ++kx) {
      const float* from = plane + ky * desc_.dilation.h * padded_w_ + kx * desc_.dilation.w;
      float* to = columns + ((ky * desc_.kernel.w + kx) * channels_ + channel) * row_length +
                  image * pixels_per_image();
      const float* end = to + pixels_per_image();
      for (int64_t oy = 0; oy < out_h_; ++oy, from += desc_.stride.h * padded_w_, to += out_w_) {
        if (desc_.stride.w == 1 && end - to >= out_w_ + 7) {
          copy_row(from, out_w_, to);  // what it writes too much, the next rows overwrite
        } else {
          for (int64_t ox = 0; ox < out_w_; ++ox) to[ox] = from[ox * desc_.stride.w];
        }
      }
    }
  }
}

}  // namespace convlab
