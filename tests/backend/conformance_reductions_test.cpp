#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "backend/conformance.h"

namespace convlab {

namespace {

struct MatrixSize {
  int64_t rows, columns;
};

// A few units in the last place for exp and log, in addition to the sums.
double softmax_tolerance(int64_t classes) { return 1e-6 + sum_tolerance(classes); }

/// Logits in [-scale, scale).
Tensor random_logits(Device& device, const MatrixSize& size, float scale) {
  auto values = random_values(size.rows * size.columns, /*stream=*/3);
  for (float& value : values) value *= scale;
  return device.tensor({size.rows, size.columns}, values);
}

}  // namespace

TEST_CASE("sum_rows matches host") {
  const int64_t rows = GENERATE(1, 2, 7, 128, 3001);
  const int64_t columns = GENERATE(1, 3, 10, 65, 300);
  INFO(rows << " x " << columns);
  check_against_host([=](Device& device) {
    // Positive numbers, so that the sums hardly cancel.
    const Tensor x = device.random({rows, columns});
    device.backend().unary({UnaryOp::relu}, x, x);
    const Tensor sums = device.output({columns});
    device.backend().sum_rows(x, sums);
    return std::vector<Output>{{device.read(sums), sum_tolerance(rows)}};
  });
}

TEST_CASE("sum_rows treats an image batch as a matrix of (pixels, channels)") {
  check_against_host([](Device& device) {
    const Tensor sums = device.output({25});
    device.backend().sum_rows(device.random({5, 26, 26, 25}), sums);
    return std::vector<Output>{{device.read(sums), sum_tolerance(5 * 26 * 26)}};
  });
}

TEST_CASE("softmax matches host, also for logits that would overflow exp") {
  const auto size = GENERATE(values<MatrixSize>({{1, 1}, {1, 10}, {7, 3}, {128, 10}, {301, 1000}}));
  const float scale = GENERATE(1.0F, 10.0F, 1000.0F);
  INFO(size.rows << " x " << size.columns << ", logits up to " << scale);
  check_against_host([=](Device& device) {
    const Tensor y = device.output({size.rows, size.columns});
    device.backend().softmax(random_logits(device, size, scale), y);
    return std::vector<Output>{{device.read(y), softmax_tolerance(size.columns)}};
  });
}

}  // namespace convlab
