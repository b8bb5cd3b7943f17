#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>

namespace convlab {

/// The product of numbers above 0, or `most` if that is less; never overflows.
constexpr int64_t bounded_product(std::initializer_list<int64_t> factors, int64_t most) {
  int64_t product = 1;
  for (const int64_t factor : factors)
    product = factor > most / product ? most : std::min(product * factor, most);
  return product;
}

}  // namespace convlab
