#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>

#include "core/tensor.h"

/// Access to a tensor as a matrix whose columns are its last dimension.
namespace convlab {

inline int64_t last_dim(const Tensor& x) { return x.shape[x.shape.rank() - 1]; }

inline int64_t row_count(const Tensor& x) {
  const int64_t columns = last_dim(x);
  return columns > 0 ? x.elements() / columns : 0;
}

inline std::span<float> row_of(const Tensor& x, int64_t row) {
  const int64_t columns = last_dim(x);
  return {x.data() + row * columns, static_cast<size_t>(columns)};
}

/// Returns the index of the first maximum; NaN counts as smaller than any number.
inline int64_t first_largest(std::span<const float> row) {
  size_t largest = 0;
  for (size_t i = 1; i < row.size(); ++i) {
    const bool is_first_number = std::isnan(row[largest]) && !std::isnan(row[i]);
    if (row[i] > row[largest] || is_first_number) largest = i;
  }
  return static_cast<int64_t>(largest);
}

/// log Σ exp(x), without overflow.
inline double log_sum_exp(std::span<const float> row) {
  const double largest = *std::max_element(row.begin(), row.end());
  const double sum = std::accumulate(row.begin(), row.end(), 0.0, [largest](double s, float value) {
    return s + std::exp(value - largest);
  });
  return largest + std::log(sum);
}

}  // namespace convlab
