#pragma once

#include <cstdint>

#include "backend/descriptors.h"
#include "core/tensor.h"

namespace convlab {

/// Images stored as one padded plane per channel, so that the input values that a kernel pixel (one
/// weight of a channel's window) multiplies along an output row are contiguous: segments of im2col
/// rows. For a horizontal stride s, the columns of a plane are split into s phases (column mod s).
class Im2colPlanes {
 public:
  /// x [N,H,W,I], y [N,Ho,Wo,O].
  Im2colPlanes(const Conv2dDesc& desc, const Shape& x, const Shape& y);

  int64_t kernel_pixels() const { return desc_.kernel.h * desc_.kernel.w; }
  int64_t channels() const { return channels_; }
  int64_t pixels_per_image() const { return out_h_ * out_w_; }
  /// Segments per kernel pixel and channel in one image. All segments have segment_length() floats.
  int64_t segments_per_image() const { return pixels_per_image() / length_; }
  int64_t segment_length() const { return length_; }
  /// Floats of all planes of one image.
  int64_t size() const { return channels_ * plane_; }
  /// Offset of a segment within the planes of an image.
  int64_t segment(int64_t kernel_pixel, int64_t channel, int64_t index) const;
  /// Writes `images` images to `planes`. The padding is not written; it must be zero already.
  void write(const float* x, int64_t images, float* planes) const;

 private:
  Conv2dDesc desc_;
  int64_t in_h_, in_w_, channels_;
  int64_t out_h_, out_w_;
  int64_t phase_width_;  // columns of a row in each of the stride.w phases
  int64_t plane_;
  int64_t length_;
};

}  // namespace convlab
