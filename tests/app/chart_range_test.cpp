#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "app/widgets/line_chart.h"

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

TEST_CASE("chart range: one outlier at the start does not squeeze the rest") {
  const Curve curve = falling_from(1000);
  const std::array<Series, 1> series{{{.name = "Train", .curve = &curve}}};
  const Range range = choose_y_range({.series = series});
  CHECK(range.min == 0);
  CHECK(range.max < 2);
  CHECK(range.max > 1);
}

TEST_CASE("chart range: a curve of few points is shown completely") {
  const Curve train = falling_from(1);
  const Curve validation{{1}, {5}};
  const std::array<Series, 2> series{{{.name = "Train", .curve = &train},
                                      {.name = "Validation", .curve = &validation, .dots = true}}};
  CHECK(choose_y_range({.series = series}).max > 5);
}

TEST_CASE("chart range: accuracy reaches from its lowest to 100 percent") {
  const Curve curve{{1, 2, 3}, {0.9F, 0.95F, 0.97F}};
  const std::array<Series, 1> series{{{.name = "Validation", .curve = &curve, .dots = true}}};
  const Range range = choose_y_range({.series = series, .percent = true});
  CHECK(range.max == 1);
  CHECK(range.min < 0.9);
  CHECK(range.min > 0.85);
}

TEST_CASE("chart range: no points, NaN or zero still give an axis") {
  const Curve none;
  const Curve bad{{1, 2}, {NAN, INFINITY}};
  const Curve zero{{1, 2}, {0, 0}};
  for (const Curve* curve : {&none, &bad, &zero}) {
    for (const bool percent : {false, true}) {
      const std::array<Series, 1> series{{{.name = "Train", .curve = curve}}};
      const Range range = choose_y_range({.series = series, .percent = percent});
      CHECK(range.max > range.min);
      CHECK(std::isfinite(range.max));
    }
  }
}
