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

// A few units in the last place for exp and log, in addition to the sums.
double softmax_tolerance(int64_t classes) { return 1e-6 + sum_tolerance(classes); }

Tensor random_labels(Device& device, int64_t rows, int64_t classes) {
  std::vector<int32_t> labels(static_cast<size_t>(rows));
  Random random(/*seed=*/2, /*stream=*/0);
  std::generate(labels.begin(), labels.end(),
                [&] { return static_cast<int32_t>(random.below(static_cast<uint32_t>(classes))); });
  return device.labels(labels);
}

/// Random numbers in [-scale, scale).
Tensor random_outputs(Device& device, const MatrixSize& size, float scale) {
  auto values = random_values(size.rows * size.columns, /*stream=*/3);
  for (float& value : values) value *= scale;
  return device.tensor({size.rows, size.columns}, values);
}

/// Random numbers in [0, 1).
Tensor random_positive(Device& device, const Shape& shape) {
  auto values = random_values(shape.elements(), /*stream=*/4);
  for (float& value : values) value = value / 2 + 0.5F;
  return device.tensor(shape, values);
}

}  // namespace

TEST_CASE("softmax_cross_entropy matches host: loss, accuracy, count and gradient") {
  const auto size =
      GENERATE(values<MatrixSize>({{1, 2}, {1, 10}, {7, 3}, {32, 10}, {128, 10}, {301, 1000}}));
  const float smoothing = GENERATE(0.0F, 0.1F);
  const float scale = GENERATE(1.0F, 10.0F, 200.0F);
  INFO(size.rows << " x " << size.columns << ", smoothing " << smoothing << ", logits up to "
                 << scale);
  check_against_host([=](Device& device) {
    const Tensor logits = random_outputs(device, size, scale);
    const Tensor labels = random_labels(device, size.rows, size.columns);
    const Tensor grad = device.output(logits.shape);
    const Tensor sums = device.tensor({3}, {10, 20, 30});
    const Tensor without_grad = device.tensor({3}, {0, 0, 0});
    const CrossEntropyDesc desc{smoothing};
    device.backend().softmax_cross_entropy(desc, logits, labels, {}, grad, sums);
    device.backend().softmax_cross_entropy(desc, logits, labels, {}, {}, without_grad);
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
    device.backend().softmax_cross_entropy({}, logits, device.labels({0, 1, 0}), {}, {}, sums);
    return std::vector<Output>{{{device.read(sums)[1]}}};
  });
}

TEST_CASE("softmax_cross_entropy matches host: dense targets and class weights") {
  const auto size = GENERATE(values<MatrixSize>({{1, 2}, {7, 3}, {128, 10}, {301, 1000}}));
  INFO(size.rows << " x " << size.columns);
  check_against_host([=](Device& device) {
    const Tensor logits = random_outputs(device, size, 3);
    const Tensor targets = random_positive(device, logits.shape);
    const Tensor weights = random_positive(device, {size.columns});
    const Tensor grad = device.output(logits.shape);
    const Tensor sums = device.tensor({3}, {0, 0, 0});
    device.backend().softmax_cross_entropy({.label_smoothing = 0.1F}, logits, targets, weights,
                                           grad, sums);
    const double tolerance = softmax_tolerance(size.columns);
    return std::vector<Output>{{device.read(grad), tolerance}, {device.read(sums), tolerance}};
  });
}

/// Labels in two different orders, mixed with random weights.
LossTargets random_mixed_labels(Device& device, int64_t rows, int64_t classes) {
  std::vector<int32_t> seconds(static_cast<size_t>(rows));
  Random random(/*seed=*/3, /*stream=*/0);
  for (int32_t& label : seconds)
    label = static_cast<int32_t>(random.below(static_cast<uint32_t>(classes)));
  return {random_labels(device, rows, classes), device.labels(seconds),
          random_positive(device, {rows})};
}

TEST_CASE("losses match host: mixed labels, with and without class weights", "[no-tsan]") {
  const auto size = GENERATE(values<MatrixSize>({{1, 2}, {7, 3}, {128, 10}, {301, 1000}}));
  INFO(size.rows << " x " << size.columns);
  check_against_host([=](Device& device) {
    const Tensor outputs = random_outputs(device, size, 3);
    const LossTargets targets = random_mixed_labels(device, size.rows, size.columns);
    const double tolerance = softmax_tolerance(size.columns);
    std::vector<Output> results;
    for (const Tensor& weights : {Tensor(), random_positive(device, {size.columns})}) {
      const Tensor grad = device.output(outputs.shape);
      const Tensor sums = device.tensor({3}, {0, 0, 0});
      device.backend().softmax_cross_entropy({.label_smoothing = 0.1F}, outputs, targets, weights,
                                             grad, sums);
      results.push_back({device.read(grad), tolerance});
      results.push_back({device.read(sums), tolerance});
      for (const auto kind : {PointwiseLossKind::binary_cross_entropy,
                              PointwiseLossKind::squared_error, PointwiseLossKind::absolute_error,
                              PointwiseLossKind::huber, PointwiseLossKind::hinge}) {
        const PointwiseLossDesc desc{.kind = kind, .label_smoothing = 0.1F, .delta = 0.5F};
        device.backend().pointwise_loss(desc, outputs, targets, weights, grad, sums);
        results.push_back({device.read(grad), 1e-6});
        results.push_back({device.read(sums), tolerance});
      }
    }
    return results;
  });
}

TEST_CASE("pointwise_loss matches host: every kind, classes and values, with class weights") {
  const auto kind = GENERATE(PointwiseLossKind::binary_cross_entropy,
                             PointwiseLossKind::squared_error, PointwiseLossKind::absolute_error,
                             PointwiseLossKind::huber, PointwiseLossKind::hinge);
  const auto size = GENERATE(values<MatrixSize>({{1, 1}, {5, 1}, {7, 3}, {128, 10}, {301, 1000}}));
  const bool dense = GENERATE(false, true);
  INFO(static_cast<int>(kind) << ": " << size.rows << " x " << size.columns
                              << (dense ? ", values" : ", classes"));
  check_against_host([=](Device& device) {
    const Tensor outputs = random_outputs(device, size, 3);
    const int64_t classes = std::max<int64_t>(size.columns, 2);
    const Tensor targets =
        dense ? random_positive(device, outputs.shape) : random_labels(device, size.rows, classes);
    const Tensor weights = random_positive(device, {classes});
    const Tensor grad = device.output(outputs.shape);
    const Tensor sums = device.tensor({3}, {0, 0, 0});
    const PointwiseLossDesc desc{.kind = kind, .label_smoothing = 0.1F, .delta = 0.5F};
    device.backend().pointwise_loss(desc, outputs, targets, weights, grad, sums);
    const Tensor without_grad = device.tensor({3}, {0, 0, 0});
    device.backend().pointwise_loss(desc, outputs, targets, {}, {}, without_grad);
    const double tolerance = 1e-6 + sum_tolerance(size.rows * size.columns);
    return std::vector<Output>{{device.read(grad), 1e-6},
                               {device.read(sums), tolerance},
                               {device.read(without_grad), tolerance}};
  });
}

}  // namespace convlab
