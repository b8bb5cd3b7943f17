#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>

namespace convlab {

/// Returns the product of positive factors, capped at `max`; never overflows.
constexpr int64_t bounded_product(std::initializer_list<int64_t> factors, int64_t max) {
  int64_t product = 1;
  for (const int64_t factor : factors)
    product = factor > max / product ? max : std::min(product * factor, max);
  return product;
}

}  // namespace convlab
