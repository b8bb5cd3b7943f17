#pragma once

#include <cstdint>

#include "backend/backend.h"
#include "backend/xnnpack/indirect_gemm.h"

namespace convlab {

class Threads;

/// Convolutions of images with few channels, as a network's first. XNNPACK's own operator takes
/// one pixel's channels at a time, which are too few to be worth a turn of its kernel's loop; here
/// the kernel takes a row of the window at once, from a copy of the image with its padding
/// around. The same sums in the same order.
class ThinConv2d final : public OpState {
 public:
  static bool is_for(const Conv2dDesc& desc, const Shape& x);
  /// Floats of workspace.
  static int64_t workspace_size(const Conv2dDesc& desc, const Shape& x, const Shape& y,
                                int threads);

  /// Backend::conv2d. `bias` may be null.
  void run(const Threads& threads, const Conv2dDesc& desc, const Tensor& x, const Tensor& kernel,
           const float* bias, float* workspace, const Tensor& y);

 private:
  IndirectGemm gemm_;
  Shape image_;
  const float* origin_ = nullptr;                // the image that the segments lie in
  IndirectGemm::IndirectionBuffer indirection_;  // of all output pixels
};

}  // namespace convlab
