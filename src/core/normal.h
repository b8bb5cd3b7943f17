#pragma once

#include <cstdint>

namespace convlab {

/// The x below which a standard normal variable lies with probability p, 0 < p < 1: Wichura 1988,
/// algorithm AS 241 (PPND16), relative error about 1e-16. Only + - * /, square roots and exact
/// scaling, in an order that no compiler may change: the same bits on every platform, which the
/// logarithm and cosine of Box and Muller's method would not give.
double normal_quantile(double p);

/// A standard normal number from 32 random bits.
inline double to_normal(uint32_t bits) { return normal_quantile((bits + 0.5) * 0x1p-32); }

/// The same, of a standard normal variable cut off at two standard deviations: every value lies
/// within (-2, 2), and the standard deviation is truncated_normal_deviation.
inline double to_truncated_normal(uint32_t bits) {
  constexpr double within = 0.95449973610364158;  // the probability of (-2, 2)
  return normal_quantile(0.5 + within * ((bits + 0.5) * 0x1p-32 - 0.5));
}

inline constexpr double truncated_normal_deviation = 0.87962566103423978;

}  // namespace convlab
