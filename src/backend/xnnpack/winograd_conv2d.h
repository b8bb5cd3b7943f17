#pragma once

#include <cstdint>

#include "backend/backend.h"

namespace convlab {

class Threads;

/// A 3×3 convolution with stride 1, or the gradient of its input, which is such a convolution too,
/// by Winograd's algorithm F(4×4, 3×3) (Lavin and Gray 2016), which takes a quarter of the
/// multiplications. Each thread takes a block of tiles, transforms them,
/// multiplies the 36 matrices [tiles, channels] with those of the kernel and transforms the
/// products to outputs. The transformed kernel, four times as large as the kernel, is kept until
/// the kernel changes. Results differ from those of a direct convolution by rounding, and an
/// infinite input makes all outputs of its tiles NaN.
class WinogradConv2d final : public OpState {
 public:
  explicit WinogradConv2d(KernelUse use) : use_(use) {}

  /// Whether the algorithm can compute the operation.
  static bool supports(KernelUse use, const Conv2dDesc& desc);
  /// The convolution of dy, with the kernel turned, that gives the gradient of the input.
  static Conv2dDesc grad_input(const Conv2dDesc& desc);
  /// Size in bytes of the transformed kernel of a convolution from x to y.
  static uint64_t kernel_bytes(const Shape& x, const Shape& y);
  /// Workspace size in floats.
  static int64_t workspace_size(const Conv2dDesc& desc, const Shape& x, const Shape& y,
                                int threads);

  /// Implements Backend::conv2d and, with grad_input(desc), dy and dx, conv2d_grad_input. `bias`
  /// may be null.
  void run(Backend& backend, const Threads& threads, const Conv2dDesc& desc, const Tensor& x,
           const Parameter& kernel, const float* bias, float* workspace, const Tensor& y);

 private:
  void transform_kernel(const Threads& threads, const Tensor& kernel);

  KernelUse use_;
  Buffer kernel_;
  uint64_t kernel_version_ = 0;
};

}  // namespace convlab
