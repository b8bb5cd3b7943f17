#include "core/normal.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

namespace convlab {

namespace {

/// Returns the probability that a standard normal variable is below x.
double probability_below(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

}  // namespace

TEST_CASE("normal_quantile: reference values of AS 241 and of tables") {
  // Reference values of PPND16 from Wichura's paper.
  CHECK(std::abs(normal_quantile(0.25) - -0.6744897501960817) < 1e-15);
  CHECK(std::abs(normal_quantile(0.001) - -3.090232306167814) < 4e-15);
  CHECK(std::abs(normal_quantile(1e-20) - -9.262340089798408) < 1e-14);
  CHECK(normal_quantile(0.5) == 0);
  CHECK(std::abs(normal_quantile(0.975) - 1.959963984540054) < 2e-15);
}

TEST_CASE("normal_quantile is the inverse of the distribution function") {
  for (double x = -6; x <= 0; x += 0.01) {
    INFO(x);
    const double p = probability_below(x);
    CHECK(std::abs(normal_quantile(p) - x) < 1e-13);
    // Above 1/2 the quantile is mirrored; 1 - (1 - p) is p with the rounding error of 1 - p.
    CHECK(normal_quantile(1 - (1 - p)) == -normal_quantile(1 - p));
  }
}

TEST_CASE("normal numbers: symmetric and finite for all bit patterns") {
  CHECK(std::abs(to_normal(0) - -6.33796) < 1e-3);  // p = 2^-33
  for (const uint32_t bits : {0U, 1U, 0x12345678U, 0x7fffffffU}) {
    INFO(bits);
    CHECK(to_normal(bits) == Catch::Approx(-to_normal(~bits)).epsilon(1e-6));
    CHECK(to_truncated_normal(bits) == Catch::Approx(-to_truncated_normal(~bits)).epsilon(1e-6));
  }
  CHECK(to_truncated_normal(0) > -2);
  CHECK(to_truncated_normal(0) < -1.999999);
  CHECK(to_truncated_normal(0xffffffff) < 2);
}

}  // namespace convlab
