#pragma once

#include <cstdint>

namespace convlab {

/// Returns the value of a binary16 number (IEEE 754: 1 sign bit, 5 bits of exponent, 10 of
/// fraction). Exact: each is a float.
float float_of_float16(uint16_t bits);

/// Returns the value of a bfloat16 number: the upper half of a float.
float float_of_bfloat16(uint16_t bits);

}  // namespace convlab
