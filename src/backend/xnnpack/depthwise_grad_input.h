#pragma once

#include "backend/descriptors.h"
#include "core/tensor.h"

namespace convlab {

class Threads;

/// Whether each channel has one filter of its own.
bool is_depthwise(const Conv2dDesc& desc, const Shape& x, const Shape& y);

/// Input gradients of depthwise convolutions, whose channels lie side by side, so that each kernel
/// pixel is one pass over them; XNNPACK's transposed convolution takes channel by channel. Needs as
/// many floats of workspace as the kernel has.
void depthwise_grad_input(const Threads& threads, const Conv2dDesc& desc, const Tensor& dy,
                          const Tensor& kernel, float* workspace, const Tensor& dx);

}  // namespace convlab
