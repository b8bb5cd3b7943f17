#pragma once

#include <cstdint>

namespace convlab {

/// Quantile function of the standard normal distribution: the x with P(X < x) = p, for 0 < p < 1
/// (Wichura 1988, algorithm AS 241, PPND16; relative error about 1e-16). It uses only + - * /,
/// square roots and exact scaling, in an order that compilers may not change, so results are
/// bitwise equal on every platform. The logarithm and cosine of the Box-Muller method would not
/// guarantee that.
double normal_quantile(double p);

/// Returns a standard normal sample from 32 random bits.
inline double to_normal(uint32_t bits) { return normal_quantile((bits + 0.5) * 0x1p-32); }

/// Returns a sample of the standard normal distribution truncated at two standard deviations, from
/// 32 random bits: values lie within (-2, 2), their standard deviation is
/// truncated_normal_deviation.
inline double to_truncated_normal(uint32_t bits) {
  constexpr double within = 0.95449973610364158;  // the probability of (-2, 2)
  return normal_quantile(0.5 + within * ((bits + 0.5) * 0x1p-32 - 0.5));
}

inline constexpr double truncated_normal_deviation = 0.87962566103423978;

}  // namespace convlab
