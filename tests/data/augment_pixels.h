#pragma once

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

#include "data/bytes.h"

namespace convlab {

/// Bytes without any symmetry: i 53 + i² 7.
inline Bytes uneven_bytes(int count) {
  Bytes bytes;
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<uint8_t>(i * 53 + i * i * 7));
  return bytes;
}

/// Checks that each byte differs from the value of another library by at most `most`.
inline void check_near(const Bytes& found, const std::vector<double>& expected, double most) {
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    INFO("byte " << i << " is " << int{found[i]} << ", expected " << expected[i]);
    CHECK(std::abs(found[i] - expected[i]) <= most);
  }
}

}  // namespace convlab
