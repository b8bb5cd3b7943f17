#pragma once

#include <cstdint>

#include "backend/descriptors.h"
#include "core/tensor.h"

namespace convlab {

/// Images with each channel in a plane of its own and the padding around it, so that the input
/// values which a tap (one weight of a channel's window) meets along a row of the output lie side
/// by side. Where a convolution has strides, a plane's columns are dealt out accordingly.
class TapPlanes {
 public:
  /// x [N,H,W,I], y [N,Ho,Wo,O].
  TapPlanes(const Conv2dDesc& desc, const Shape& x, const Shape& y);

  int64_t taps() const { return desc_.kernel.h * desc_.kernel.w; }
  int64_t channels() const { return channels_; }
  int64_t pixels_per_image() const { return out_h_ * out_w_; }
  /// What a tap meets in one image: so many pieces of so many floats.
  int64_t pieces_per_image() const { return pixels_per_image() / length_; }
  int64_t piece_length() const { return length_; }
  /// Floats of an image's planes.
  int64_t size() const { return channels_ * plane_; }
  /// Where in them a piece begins.
  int64_t piece(int64_t tap, int64_t channel, int64_t index) const;
  /// Writes `images` images. Leaves out the padding, which must be zero.
  void write(const float* x, int64_t images, float* planes) const;

 private:
  Conv2dDesc desc_;
  int64_t in_h_, in_w_, channels_;
  int64_t out_h_, out_w_;
  int64_t dealt_w_;  // columns of a row for each of stride.w
  int64_t plane_;
  int64_t length_;
};

}  // namespace convlab
