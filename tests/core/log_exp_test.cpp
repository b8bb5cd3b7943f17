#include "core/log_exp.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>

namespace convlab {

// Four units in the last place; near 1, where the logarithm vanishes, of 1.
TEST_CASE("portable_log agrees with the C library") {
  for (double x = 1e-300; x < 1e300; x *= 1.7) {
    INFO(x);
    CHECK(std::abs(portable_log(x) - std::log(x)) <= 4 * 0x1p-52 * (1 + std::abs(std::log(x))));
  }
  CHECK(portable_log(1) == 0);
}

TEST_CASE("portable_exp agrees with the C library") {
  for (double x = -700; x <= 700; x += 0.37) {
    INFO(x);
    CHECK(std::abs(portable_exp(x) - std::exp(x)) <= 4 * 0x1p-52 * std::exp(x));
  }
  CHECK(portable_exp(0) == 1);
  CHECK(portable_exp(1e300) == portable_exp(700));
  CHECK(portable_exp(-1e300) == portable_exp(-700));
}

}  // namespace convlab
