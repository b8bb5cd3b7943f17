#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "backend/conformance.h"
#include "core/random.h"

namespace convlab {

namespace {

struct MatrixSize {
  int64_t rows, columns;
};

// A few units in the last place for exp and log, besides the sums.
double softmax_tolerance(int64_t classes) { return 1e-6 + sum_tolerance(classes); }

Tensor random_labels(Device& device, int64_t rows, int64_t classes) {
  std::vector<int32_t> labels(static_cast<size_t>(rows));
  Random random(/*seed=*/2, /*stream=*/0);
  std::generate(labels.begin(), labels.end(),
                [&] { return static_cast<int32_t>(random.below(static_cast<uint32_t>(classes))); });
  return device.labels(labels);
}

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
    // Nearly no cancellation: sums of positive numbers.
    const Tensor x = device.random({rows, columns});
    device.backend().unary({UnaryOp::relu}, x, x);
    const Tensor sums = device.output({columns});
    device.backend().sum_rows(x, sums);
    return std::vector<Output>{{device.read(sums), sum_tolerance(rows)}};
  });
}

TEST_CASE("sum_rows takes an image batch as a matrix of pixels by channels") {
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

TEST_CASE("softmax_cross_entropy matches host: loss, accuracy, count and gradient") {
  const auto size =
      GENERATE(values<MatrixSize>({{1, 2}, {1, 10}, {7, 3}, {32, 10}, {128, 10}, {301, 1000}}));
  const float smoothing = GENERATE(0.0F, 0.1F);
  const float scale = GENERATE(1.0F, 10.0F, 200.0F);
  INFO(size.rows << " x " << size.columns << ", smoothing " << smoothing << ", logits up to "
                 << scale);
  check_against_host([=](Device& device) {
    const Tensor logits = random_logits(device, size, scale);
    const Tensor labels = random_labels(device, size.rows, size.columns);
    const Tensor grad = device.output(logits.shape);
    const Tensor sums = device.tensor({3}, {10, 20, 30});
    const Tensor without_grad = device.tensor({3}, {0, 0, 0});
    const CrossEntropyDesc desc{smoothing};
    device.backend().softmax_cross_entropy(desc, logits, labels, grad, sums);
    device.backend().softmax_cross_entropy(desc, logits, labels, {}, without_grad);
    const double tolerance = softmax_tolerance(size.columns);
    const auto totals = device.read(sums);
    return std::vector<Output>{{device.read(grad), tolerance},
                               {{totals[0]}, sum_tolerance(size.rows * size.columns)},
                               {{totals[1], totals[2]}},
                               {device.read(without_grad), tolerance}};
  });
}

TEST_CASE("softmax_cross_entropy: the first of equal logits is the prediction") {
  check_against_host([](Device& device) {
    const Tensor logits = device.tensor({3, 3}, {1, 1, 0, 1, 1, 0, 0, 0, 0});
    const Tensor sums = device.tensor({3}, {0, 0, 0});
    device.backend().softmax_cross_entropy({}, logits, device.labels({0, 1, 0}), {}, sums);
    return std::vector<Output>{{{device.read(sums)[1]}}};
  });
}

}  // namespace convlab
