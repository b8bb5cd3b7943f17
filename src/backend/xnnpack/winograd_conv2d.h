#pragma once

#include <cstdint>

#include "backend/backend.h"

namespace convlab {

class Threads;

/// A 3×3 convolution with stride 1 by Winograd's algorithm F(4×4, 3×3) (Lavin and Gray 2016), which
/// takes a quarter of the multiplications, or the gradient of its input: a convolution of dy with
/// the kernel turned. Each thread takes a block of tiles, transforms them, multiplies the 36
/// matrices [tiles, channels] with those of the kernel and transforms the
/// products to outputs. The transformed kernel, four times as large as the kernel, is kept until
/// the kernel changes. Results differ from those of a direct convolution by rounding, and an
/// infinite input makes all outputs of its tiles NaN.
class WinogradConv2d final : public OpState {
 public:
  explicit WinogradConv2d(KernelUse use) : use_(use) {}

  /// Whether the algorithm can compute the convolution and its gradient.
  static bool supports(const Conv2dDesc& desc);
  /// Size in bytes of the transformed kernel of a convolution from x to y.
  static uint64_t kernel_bytes(KernelUse use, const Shape& x, const Shape& y);
  /// Workspace size in floats.
  static int64_t workspace_size(KernelUse use, const Conv2dDesc& desc, const Shape& x,
                                const Shape& y, int threads);

  /// Computes `to` from `from`: y from x, or dx from dy. `bias` may be null.
  void run(Backend& backend, const Threads& threads, const Conv2dDesc& desc, const Tensor& from,
           const Parameter& kernel, const float* bias, float* workspace, const Tensor& to);

 private:
  void transform_kernel(const Threads& threads, const Tensor& kernel);

  KernelUse use_;
  Buffer kernel_;
  uint64_t kernel_version_ = 0;
};

}  // namespace convlab
