#pragma once

#include <cstdint>

#include "backend/descriptors.h"
#include "core/tensor.h"

namespace convlab {

/// Writes images of a batch as the left factor of a kernel gradient: row (ky, kx, c) of `columns`
/// holds, for each output pixel of each image in turn, the input value that this weight meets there
/// (0 in the padding).
class TransposedIm2col {
 public:
  /// x [N,H,W,I], y [N,Ho,Wo,O].
  TransposedIm2col(const Conv2dDesc& desc, const Shape& x, const Shape& y);

  int64_t rows() const { return desc_.kernel.h * desc_.kernel.w * channels_; }
  int64_t pixels_per_image() const { return out_h_ * out_w_; }
  /// Floats of scratch that `write` needs.
  int64_t scratch_size() const;
  /// x: the first of `images` images. columns: [rows(), images · pixels_per_image()].
  void write(const float* x, int64_t images, float* scratch, float* columns) const;

 private:
  void copy_plane(const float* plane, int64_t images, int64_t image, int64_t channel,
                  float* columns) const;

  Conv2dDesc desc_;
  int64_t in_h_, in_w_, channels_;
  int64_t out_h_, out_w_;
  int64_t padded_h_, padded_w_;
};

}  // namespace convlab
