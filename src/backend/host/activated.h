#pragma once

#include <algorithm>

#include "backend/descriptors.h"

namespace convlab {

/// Applies the activation fused into a matrix product or convolution. Propagates NaN.
inline double activated(Activation activation, double x) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::relu6:
      return std::min(std::max(x, 0.0), 6.0);
  }
  return x;
}

}  // namespace convlab
