#include "core/log_exp.h"

#include <algorithm>
#include <cmath>

namespace convlab {

/// The series of 2 artanh((m - 1) / (m + 1)) for the mantissa m.
double portable_log(double x) {
  constexpr double log_2 = 0.69314718055994530942;
  constexpr double root_half = 0.70710678118654752440;
  constexpr int terms = 12;  // s is at most 0.172, so the thirteenth term is below 1e-19
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < root_half) {
    mantissa *= 2;
    --exponent;
  }
  const double s = (mantissa - 1) / (mantissa + 1);
  double sum = 0;
  for (int k = terms - 1; k >= 0; --k) sum = sum * (s * s) + 1.0 / (2 * k + 1);
  return 2 * s * sum + exponent * log_2;
}

/// x = k log 2 + r with |r| at most log(2) / 2, and the Taylor series of exp(r).
double portable_exp(double x) {
  // log 2 in two parts, so that the product of the first and k is exact.
  constexpr double log_2_high = 0x1.62e42feep-1;
  constexpr double log_2_low = 0x1.a39ef35793c76p-33;
  constexpr int terms = 15;  // the sixteenth is below 1e-19
  const double clamped = std::clamp(x, -700.0, 700.0);
  const double k = std::floor(clamped / log_2_high + 0.5);
  const double r = clamped - k * log_2_high - k * log_2_low;
  double sum = 1;
  for (int i = terms - 1; i >= 1; --i) sum = sum * r / i + 1;
  return std::ldexp(sum, static_cast<int>(k));
}

}  // namespace convlab
