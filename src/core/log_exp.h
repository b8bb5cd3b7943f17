#pragma once

namespace convlab {

// Functions whose results are bitwise equal on every platform, which those of the C library are
// not: they use only + - * / and exact scaling, in an order that compilers may not change.

/// Natural logarithm of x > 0, accurate to a few units in the last place.
double portable_log(double x);

/// e to the power of x, accurate to a few units in the last place; x is clamped to [-700, 700].
double portable_exp(double x);

}  // namespace convlab
