#pragma once

#include <cstdint>

#include "backend/descriptors.h"
#include "core/tensor.h"

namespace convlab {

/// Images with each channel in a plane of its own and the padding around it, so that the input
/// values which a kernel pixel (one weight of a channel's window) meets along a row of the output
/// lie side by side. Where a convolution has strides, a plane's columns are dealt out accordingly.
class Im2colPlanes {
 public:
  /// x [N,H,W,I], y [N,Ho,Wo,O].
  Im2colPlanes(const Conv2dDesc& desc, const Shape& x, const Shape& y);

  int64_t kernel_pixels() const { return desc_.kernel.h * desc_.kernel.w; }
  int64_t channels() const { return channels_; }
  int64_t pixels_per_image() const { return out_h_ * out_w_; }
  /// The values that a kernel pixel meets in one image: the number of segments and their length.
  int64_t segments_per_image() const { return pixels_per_image() / length_; }
  int64_t segment_length() const { return length_; }
  /// Floats of an image's planes.
  int64_t size() const { return channels_ * plane_; }
  /// Where in them a segment begins.
  int64_t segment(int64_t kernel_pixel, int64_t channel, int64_t index) const;
  /// Writes `images` images. Leaves out the padding, which must be zero.
  void write(const float* x, int64_t images, float* planes) const;

 private:
  Conv2dDesc desc_;
  int64_t in_h_, in_w_, channels_;
  int64_t out_h_, out_w_;
  int64_t phase_width_;  // columns of a row for each of stride.w
  int64_t plane_;
  int64_t length_;
};

}  // namespace convlab
