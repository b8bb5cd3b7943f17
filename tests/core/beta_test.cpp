#include "core/beta.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

namespace convlab {

namespace {

std::vector<double> samples(double alpha, int count) {
  Random random(/*seed=*/1, /*stream=*/0);
  std::vector<double> values(static_cast<size_t>(count));
  for (double& value : values) value = symmetric_beta(random, alpha);
  return values;
}

/// Returns the largest difference between the distribution of the samples and `cdf` (Kolmogorov).
double distance(std::vector<double> values, const std::function<double(double)>& cdf) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double worst = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double p = cdf(values[i]);
    worst = std::max({worst, p - double(i) / n, double(i + 1) / n - p});
  }
  return worst;
}

}  // namespace

TEST_CASE("symmetric_beta: mean 1/2 and variance 1 / (4 (2 alpha + 1))") {
  constexpr int count = 50000;
  for (const double alpha : {0.01, 0.2, 0.4, 1.0, 4.0, 300.0}) {
    INFO("alpha " << alpha);
    const double variance = 1 / (4 * (2 * alpha + 1));
    double mean_difference = 0;
    double squares = 0;
    for (const double value : samples(alpha, count)) {
      REQUIRE((value >= 0 && value <= 1));
      mean_difference += (value - 0.5) / count;
      squares += (value - 0.5) * (value - 0.5) / count;
    }
    // Five standard errors. The fourth central moment is 3 variance² (2 alpha + 1) / (2 alpha + 3).
    const double fourth = 3 * variance * variance * (2 * alpha + 1) / (2 * alpha + 3);
    CHECK(std::abs(mean_difference) < 5 * std::sqrt(variance / count));
    CHECK(std::abs(squares - variance) <
          5 * std::sqrt((fourth - variance * variance) / count) + 1e-12);
  }
}

// The critical value of the Kolmogorov-Smirnov test at a level of 0.1 %.
TEST_CASE("symmetric_beta: distribution functions in closed form") {
  constexpr int count = 20000;
  const double limit = 1.95 / std::sqrt(count);
  CHECK(distance(samples(1, count), [](double x) { return x; }) < limit);
  CHECK(distance(samples(2, count), [](double x) { return x * x * (3 - 2 * x); }) < limit);
  CHECK(distance(samples(0.5, count),
                 [](double x) { return 2 / std::numbers::pi * std::asin(std::sqrt(x)); }) < limit);
  // Another distribution is told apart.
  CHECK(distance(samples(1.1, count), [](double x) { return x; }) > limit);
}

}  // namespace convlab
