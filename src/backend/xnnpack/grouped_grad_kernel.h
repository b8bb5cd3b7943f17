#pragma once

#include "backend/descriptors.h"
#include "core/tensor.h"

namespace convlab {

class Threads;

/// Kernel gradient of convolutions with narrow groups, including depthwise ones: they have too few
/// products per weight to be worth a matrix product.
void grouped_grad_kernel(const Threads& threads, const Conv2dDesc& desc, const Tensor& x,
                         const Tensor& dy, float* workspace, const Tensor& kernel_grad);

/// Returns the workspace size in floats for x and y of these shapes.
int64_t grouped_grad_workspace(const Conv2dDesc& desc, const Shape& x, const Shape& y);

}  // namespace convlab
