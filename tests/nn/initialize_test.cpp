#include "nn/initialize.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "nn/initializer_choices.h"

namespace convlab {

namespace {

using Floats = std::vector<float>;

constexpr int64_t count = 200'000;

/// Theoretical moments of an initializer with independent numbers; fan_in 20, fan_out 30.
struct Row {
  Initializer initializer;
  double variance;
  double limit;     ///< max magnitude
  double kurtosis;  ///< fourth moment / variance²
};

// Uniform: the limit is √3 standard deviations. Truncated normal: the limit is twice the standard
// deviation before truncation; the fourth moment follows by parts: 3 v - 16 φ(2) / 0.9545.
constexpr double uniform_kurtosis = 1.8;
constexpr double truncated_kurtosis = 2.3656;

Row uniform(Initializer initializer, double variance) {
  return {initializer, variance, std::sqrt(3 * variance), uniform_kurtosis};
}

Row truncated(Initializer initializer, double variance) {
  return {initializer, variance, 2 * std::sqrt(variance) / 0.87962566103423978, truncated_kurtosis};
}

const std::vector<Row>& rows() {
  static const std::vector<Row> table{
      uniform(Initializer::glorot_uniform, 2.0 / 50),
      truncated(Initializer::glorot_normal, 2.0 / 50),
      uniform(Initializer::he_uniform, 2.0 / 20),
      truncated(Initializer::he_normal, 2.0 / 20),
      uniform(Initializer::lecun_uniform, 1.0 / 20),
      truncated(Initializer::lecun_normal, 1.0 / 20),
  };
  return table;
}

std::string_view name_of(Initializer initializer) {
  for (const auto& choice : initializer_choices) {
    if (choice.value == initializer) return choice.name;
  }
  return "?";
}

Floats draw(Initializer initializer, const Shape& shape, uint64_t seed = 1, uint64_t index = 0) {
  return draw_parameter(
      {.name = "kernel", .shape = shape, .initializer = initializer, .fan_in = 20, .fan_out = 30},
      seed, index);
}

double moment(const Floats& values, int power) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0, [&](double s, float v) {
    return s + std::pow(double{v}, power);
  });
  return sum / static_cast<double>(values.size());
}

/// Returns the max difference between the identity and the Gram matrix of the rows of `matrix`, or
/// of its columns if these are fewer.
double worst_product(const Floats& matrix, int64_t row_count, int64_t column_count) {
  const bool upright = row_count > column_count;
  const int64_t vectors = std::min(row_count, column_count);
  const int64_t length = std::max(row_count, column_count);
  const auto at = [&](int64_t vector, int64_t i) {
    return double{matrix[static_cast<size_t>(upright ? i * column_count + vector
                                                     : vector * column_count + i)]};
  };
  double worst = 0;
  for (int64_t a = 0; a < vectors; ++a) {
    for (int64_t b = 0; b <= a; ++b) {
      double product = 0;
      for (int64_t i = 0; i < length; ++i) product += at(a, i) * at(b, i);
      worst = std::max(worst, std::abs(product - (a == b ? 1 : 0)));
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("initializers: moments and limits match the theory") {
  for (const Row& row : rows()) {
    INFO(name_of(row.initializer));
    const Floats values = draw(row.initializer, {count});
    // Four standard errors of the mean and of the variance.
    const double mean_error = std::sqrt(row.variance / count);
    const double variance_error = row.variance * std::sqrt((row.kurtosis - 1) / count);
    CHECK(std::abs(moment(values, 1)) < 4 * mean_error);
    CHECK(std::abs(moment(values, 2) - row.variance) < 4 * variance_error);
    // The error of the fourth moment depends on the eighth, which is below 20 · variance⁴.
    const double fourth = row.kurtosis * row.variance * row.variance;
    CHECK(std::abs(moment(values, 4) - fourth) <
          4 * row.variance * row.variance * std::sqrt(20.0 / count));
    const auto [min, max] = std::minmax_element(values.begin(), values.end());
    CHECK(*min >= static_cast<float>(-row.limit));
    CHECK(*max <= static_cast<float>(row.limit));
    // Both limits are reached.
    CHECK(*min < -0.999 * row.limit);
    CHECK(*max > 0.999 * row.limit);
  }
}

TEST_CASE("initializers: the same seed gives the same numbers, another parameter gives others") {
  for (const auto& choice : initializer_choices) {
    INFO(choice.name);
    const Floats first = draw(choice.value, {6, 5});
    CHECK(first == draw(choice.value, {6, 5}));
    const bool random = choice.value != Initializer::zeros && choice.value != Initializer::ones &&
                        choice.value != Initializer::constant;
    CHECK((first == draw(choice.value, {6, 5}, 2)) == !random);
    CHECK((first == draw(choice.value, {6, 5}, 1, 1)) == !random);
  }
}

// The same bits on every platform; recorded when the test was written.
TEST_CASE("initializers: golden values") {
  CHECK(draw(Initializer::glorot_uniform, {4, 2}) ==
        Floats{0x1.5a6058p-4F, 0x1.1031b4p-5F, -0x1.030f88p-8F, 0x1.54cd8p-2F, 0x1.1354c4p-11F,
               -0x1.6bcb76p-4F, 0x1.31c79ap-5F, -0x1.8b487ep-3F});
  CHECK(draw(Initializer::glorot_normal, {4, 2}) ==
        Floats{0x1.13f564p-4F, 0x1.ac64a4p-6F, -0x1.96d5a4p-9F, 0x1.93aa7ep-2F, 0x1.b06106p-12F,
               -0x1.22483cp-4F, 0x1.e187ecp-6F, -0x1.51cdbcp-3F});
  CHECK(draw(Initializer::he_uniform, {4, 2}) ==
        Floats{0x1.11d5a4p-3F, 0x1.ae6072p-5F, -0x1.999c64p-8F, 0x1.0d6dap-1F, 0x1.b35634p-11F,
               -0x1.1f9ae2p-3F, 0x1.e37aecp-5F, -0x1.387fbp-2F});
  CHECK(draw(Initializer::he_normal, {4, 2}) ==
        Floats{0x1.b4542ap-4F, 0x1.52acacp-5F, -0x1.41a184p-8F, 0x1.3f204p-1F, 0x1.55d35ap-11F,
               -0x1.caf9f6p-4F, 0x1.7caf02p-5F, -0x1.0b0ea6p-2F});
  CHECK(draw(Initializer::lecun_uniform, {4, 2}) ==
        Floats{0x1.8342bp-4F, 0x1.305284p-5F, -0x1.21a37ep-8F, 0x1.7d076ep-2F, 0x1.33d45ep-11F,
               -0x1.96bc24p-4F, 0x1.55df42p-5F, -0x1.b9f0a6p-3F});
  CHECK(draw(Initializer::lecun_normal, {4, 2}) ==
        Floats{0x1.3487f2p-4F, 0x1.def546p-6F, -0x1.c6dad6p-9F, 0x1.c34ff2p-2F, 0x1.e36a16p-12F,
               -0x1.448b9cp-4F, 0x1.0d2f1ap-5F, -0x1.79ad0cp-3F});
  CHECK(draw(Initializer::orthogonal, {4, 2}) ==
        Floats{0x1.30def6p-3F, 0x1.6a5386p-2F, 0x1.d8b064p-5F, -0x1.b2e006p-1F, -0x1.c0ce46p-8F,
               0x1.910908p-2F, 0x1.f96b9ep-1F, -0x1.04932p-10F});
}

TEST_CASE("initializers: zeros, ones and constants") {
  CHECK(draw(Initializer::zeros, {2, 2}) == Floats{0, 0, 0, 0});
  CHECK(draw(Initializer::ones, {3}) == Floats{1, 1, 1});
  CHECK(draw_parameter(
            {.name = "bias", .shape = {2}, .initializer = Initializer::constant, .constant = 0.25},
            1, 0) == Floats{0.25F, 0.25F});
}

TEST_CASE("orthogonal: the rows, or the columns if fewer, are orthonormal") {
  for (const auto& [row_count, column_count] : std::vector<std::pair<int64_t, int64_t>>{
           {1, 1}, {1, 7}, {7, 1}, {16, 16}, {10, 300}, {300, 10}, {128, 128}}) {
    INFO(row_count << " x " << column_count);
    const Floats matrix = draw(Initializer::orthogonal, {row_count, column_count});
    CHECK(worst_product(matrix, row_count, column_count) < 1e-6);
  }
}

TEST_CASE("orthogonal: a convolution's kernel is a matrix with one row per filter") {
  CHECK(worst_product(draw(Initializer::orthogonal, {8, 3, 3, 4}), 8, 36) < 1e-6);
  CHECK(worst_product(draw(Initializer::orthogonal, {64, 2, 2, 3}), 64, 12) < 1e-6);
}

// Every orthogonal matrix is equally likely, so each of its numbers has mean 0 and variance 1 / n.
TEST_CASE("orthogonal: no direction is preferred") {
  constexpr int64_t n = 4;
  constexpr uint64_t matrices = 4000;
  Floats corner;
  Floats middle;
  for (uint64_t seed = 0; seed < matrices; ++seed) {
    const Floats matrix = draw(Initializer::orthogonal, {n, n}, seed);
    corner.push_back(matrix.front());
    middle.push_back(matrix[2 * n + 1]);
  }
  for (const Floats& values : {corner, middle}) {
    CHECK(std::abs(moment(values, 1)) < 4 * std::sqrt(1.0 / n / matrices));
    // The variance of the squared number is 2 (n - 1) / (n² (n + 2)).
    CHECK(std::abs(moment(values, 2) - 1.0 / n) <
          4 * std::sqrt(2.0 * (n - 1) / (n * n * (n + 2)) / matrices));
  }
}

}  // namespace convlab
