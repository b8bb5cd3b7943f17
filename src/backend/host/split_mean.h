#pragma once

#include "core/tensor.h"

namespace convlab {

/// Access to means in two parts, f32 [2, count]: rounded to float, and what the rounding left out.
/// Rounding alone would shift centered data by up to 2^-24 of the mean, which is much if their
/// standard deviation is small beside it.
inline float* rounded_means(const Tensor& means) { return means.data(); }
inline float* mean_rests(const Tensor& means) { return means.data() + means.shape[1]; }

inline void store_mean(const Tensor& means, int64_t index, double mean) {
  const auto rounded = static_cast<float>(mean);
  rounded_means(means)[index] = rounded;
  mean_rests(means)[index] = static_cast<float>(mean - rounded);
}

inline double load_mean(const Tensor& means, int64_t index) {
  return double{rounded_means(means)[index]} + mean_rests(means)[index];
}

}  // namespace convlab
