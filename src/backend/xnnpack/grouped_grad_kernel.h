#pragma once

#include "backend/descriptors.h"
#include "core/tensor.h"

namespace convlab {

class Threads;

/// Kernel gradients of convolutions in narrow groups, also depthwise ones: too few products for
/// each weight to make matrices of them.
void grouped_grad_kernel(const Threads& threads, const Conv2dDesc& desc, const Tensor& x,
                         const Tensor& dy, float* workspace, const Tensor& kernel_grad);

/// Floats of workspace that it needs, for x and y of these shapes.
int64_t grouped_grad_workspace(const Conv2dDesc& desc, const Shape& x, const Shape& y);

}  // namespace convlab
