#include "app/widgets/ticks.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <limits>

using namespace convlab;

TEST_CASE("ticks: round numbers within the range") {
  const Ticks ticks = choose_ticks(0, 2.4, 6);
  CHECK(ticks.step == 0.5);
  CHECK(ticks.values == std::vector<double>{0, 0.5, 1, 1.5, 2});
}

TEST_CASE("ticks: an accuracy axis that does not begin at zero ends at one") {
  const Ticks ticks = choose_ticks(0.87, 1, 4);
  REQUIRE(ticks.values.size() >= 2);
  CHECK(ticks.values.front() >= 0.87);
  CHECK_THAT(ticks.values.back(), Catch::Matchers::WithinAbs(1, 1e-12));
}

TEST_CASE("ticks: never more than the max count, in any range") {
  for (const double max : {1e-7, 0.003, 0.7, 1.0, 5.0, 12.0, 999.0, 1e9}) {
    for (int count = 2; count <= 12; ++count) {
      const Ticks ticks = choose_ticks(0, max, count);
      INFO(max << " in " << count);
      CHECK(!ticks.values.empty());
      CHECK(ticks.values.size() <= static_cast<size_t>(count));
      CHECK(ticks.values.back() <= max * (1 + 1e-6));
    }
  }
}

TEST_CASE("ticks: an invalid range gives none") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(choose_ticks(1, 1, 5).values.empty());
  CHECK(choose_ticks(2, 1, 5).values.empty());
  CHECK(choose_ticks(nan, 1, 5).values.empty());
  CHECK(choose_ticks(0, infinity, 5).values.empty());
}

TEST_CASE("ticks: labels have the decimals of their step") {
  CHECK(tick_label(0.5, 0.5, false) == "0.5");
  CHECK(tick_label(2, 0.5, false) == "2.0");
  CHECK(tick_label(3, 1, false) == "3");
  CHECK(tick_label(0.25, 0.05, false) == "0.25");
  CHECK(tick_label(0.9, 0.1, true) == "90%");
  CHECK(tick_label(0.985, 0.005, true) == "98.5%");
  CHECK(tick_label(1000, 500, false) == "1000");
}

TEST_CASE("ticks: NaN is shown as a dash") {
  CHECK(value_label(0.123456) == "0.1235");
  CHECK(value_label(std::nan("")) == "–");
}
