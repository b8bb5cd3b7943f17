#pragma once

#include "backend/descriptors.h"
#include "core/tensor.h"

namespace convlab {

class Threads;

/// Whether each input channel has exactly one filter of its own.
bool is_depthwise(const Conv2dDesc& desc, const Shape& x, const Shape& y);

/// Input gradient of a depthwise convolution. Its channels are contiguous in memory, so each kernel
/// pixel is one pass over all of them, whereas XNNPACK's transposed convolution works channel by
/// channel. The workspace needs as many floats as the kernel.
void depthwise_grad_input(const Threads& threads, const Conv2dDesc& desc, const Tensor& dy,
                          const Tensor& kernel, float* workspace, const Tensor& dx);

}  // namespace convlab
