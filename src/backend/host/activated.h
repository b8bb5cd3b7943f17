#pragma once

#include <algorithm>

#include "backend/descriptors.h"

namespace convlab {

/// Applies the activation fused into a matrix product or convolution. Propagates NaN.
inline double activated(Activation activation, double x) {
  if (activation == Activation::none) return x;
  const double positive = std::max(x, 0.0);
  return activation == Activation::relu6 ? std::min(positive, 6.0) : positive;
}

}  // namespace convlab
