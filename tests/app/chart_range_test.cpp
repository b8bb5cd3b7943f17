#include "app/panels/chart_range.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>

using namespace convlab;

namespace {

/// Returns 100 points that fall from 1 to 0.5, except that the first is `first`.
Curve falling_from(float first) {
  Curve curve;
  for (int i = 0; i < 100; ++i) {
    curve.x.push_back(static_cast<float>(i) / 100);
    curve.y.push_back(i == 0 ? first : 1 - static_cast<float>(i) / 200);
  }
  return curve;
}

}  // namespace

TEST_CASE("chart range: one outlier at the start does not squeeze the rest, but can be seen") {
  const Range range = choose_y_range(falling_from(1000), {}, false);
  CHECK(range.min == 0);
  CHECK(range.max < 2);
  CHECK(range.max > 1);
  CHECK(widest_y_range(falling_from(1000), {}, false).max > 1000);
}

TEST_CASE("chart range: the validation curve is shown completely") {
  CHECK(choose_y_range(falling_from(1), {{1}, {5}}, false).max > 5);
}

TEST_CASE("chart range: accuracy reaches from its lowest to 100 percent") {
  const Range range = choose_y_range({}, {{1, 2, 3}, {0.9F, 0.95F, 0.97F}}, true);
  CHECK(range.max == 1);
  CHECK(range.min < 0.9);
  CHECK(range.min > 0.85);
}

TEST_CASE("chart range: no points, NaN or zero still give an axis, within the widest one") {
  const Curve none;
  const Curve bad{{1, 2}, {NAN, INFINITY}};
  const Curve zero{{1, 2}, {0, 0}};
  for (const Curve* curve : {&none, &bad, &zero}) {
    for (const bool percent : {false, true}) {
      const Range range = choose_y_range(*curve, {}, percent);
      const Range widest = widest_y_range(*curve, {}, percent);
      CHECK(range.max > range.min);
      CHECK(std::isfinite(range.max));
      CHECK(widest.min <= range.min);
      CHECK(widest.max >= range.max);
    }
  }
}

TEST_CASE("chart range: the epochs reach to the last point if there are more than planned") {
  CHECK(choose_x_range({}, {}, 5).max == 5);
  CHECK(choose_x_range({{0.5F, 7}, {1, 1}}, {}, 5).max == 7);
  CHECK(choose_x_range({{0.5F, NAN}, {1, 1}}, {}, NAN).max == 1);
}
