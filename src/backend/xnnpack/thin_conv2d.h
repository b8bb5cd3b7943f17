#pragma once

#include <cstdint>

#include "backend/backend.h"
#include "backend/xnnpack/indirect_gemm.h"

namespace convlab {

class Threads;

/// Convolution of images with few channels, such as the first layer of a network. XNNPACK's own
/// operator reads the channels of one pixel per iteration of its kernel loop, which is inefficient
/// for few channels. Here each iteration reads a whole row of the window, from a padded copy of the
/// image. It adds the same terms in the same order.
class ThinConv2d final : public OpState {
 public:
  static bool is_for(const Conv2dDesc& desc, const Shape& x);
  /// Workspace size in floats.
  static int64_t workspace_size(const Conv2dDesc& desc, const Shape& x, const Shape& y,
                                int threads);

  /// Implements Backend::conv2d. `bias` may be null.
  void run(const Threads& threads, const Conv2dDesc& desc, const Tensor& x, const Tensor& kernel,
           const float* bias, float* workspace, const Tensor& y);

 private:
  IndirectGemm gemm_;
  Shape image_;
  const float* origin_ = nullptr;  // padded image that the indirection buffer points to
  IndirectGemm::IndirectionBuffer indirection_;  // for all output pixels
};

}  // namespace convlab
