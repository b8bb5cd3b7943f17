#pragma once

#include <algorithm>

#include "backend/descriptors.h"

namespace convlab {

/// What follows a product within the same operation. Lets NaN through.
inline double activated(Activation activation, double x) {
  if (activation == Activation::none) return x;
  const double positive = std::max(x, 0.0);
  return activation == Activation::relu6 ? std::min(positive, 6.0) : positive;
}

}  // namespace convlab
