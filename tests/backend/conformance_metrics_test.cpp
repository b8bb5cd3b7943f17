#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <limits>

#include "backend/conformance.h"
#include "core/random.h"

namespace convlab {

namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

/// Random multiples of 1/8, so that a row contains equal outputs; one in sixteen is NaN.
Tensor rough_outputs(Device& device, int64_t rows, int64_t classes) {
  std::vector<float> values = random_values(rows * classes, /*stream=*/5);
  for (float& value : values) value = value > 0.875F ? nan_value : std::round(8 * value) / 8;
  return device.tensor({rows, classes}, values);
}

Tensor random_labels(Device& device, int64_t rows, int64_t classes) {
  std::vector<int32_t> labels(static_cast<size_t>(rows));
  Random random(/*seed=*/2, /*stream=*/0);
  std::generate(labels.begin(), labels.end(),
                [&] { return static_cast<int32_t>(random.below(static_cast<uint32_t>(classes))); });
  return device.labels(labels);
}

}  // namespace

TEST_CASE("count_predictions matches host: equal outputs, NaN, several batches") {
  struct Size {
    int64_t rows, classes;
  };
  const auto size = GENERATE(values<Size>({{1, 2}, {7, 3}, {128, 10}, {301, 1000}}));
  const int64_t top_k = GENERATE_COPY(int64_t{1}, int64_t{2}, size.classes);
  INFO(size.rows << " x " << size.classes << ", top " << top_k);
  check_against_host([=](Device& device) {
    const Tensor rough = rough_outputs(device, size.rows, size.classes);
    const Tensor distinct = device.random(rough.shape);
    const Tensor labels = random_labels(device, size.rows, size.classes);
    const Shape square{size.classes, size.classes};
    // Counts are added to the existing ones.
    const Tensor confusion =
        device.tensor(square, std::vector<float>(static_cast<size_t>(square.elements()), 10));
    const Tensor hits = device.tensor({1}, {20});
    for (const Tensor& outputs : {rough, distinct})
      device.backend().count_predictions({.top_k = top_k}, outputs, labels, confusion, hits);
    return std::vector<Output>{{device.read(confusion)}, {device.read(hits)}};
  });
}

}  // namespace convlab
