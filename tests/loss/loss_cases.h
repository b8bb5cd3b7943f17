#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "backend/device.h"
#include "core/random.h"
#include "loss/class_weights.h"
#include "loss/loss.h"

/// What the tests of losses share: the checked options of every kind, and a run of one batch.
namespace convlab {

using Floats = std::vector<float>;

/// The options with which a kind is checked.
struct Row {
  std::string_view kind;
  Options options;
};

inline const std::vector<Row>& rows() {
  static const std::vector<Row> table{
      {"softmax_cross_entropy", {}},
      {"softmax_cross_entropy", {{"label_smoothing", 0.1}}},
      {"softmax_cross_entropy", {{"label_smoothing", 0.9}}},
      {"binary_cross_entropy", {}},
      {"binary_cross_entropy", {{"label_smoothing", 0.2}}},
      {"mean_squared_error", {}},
      {"mean_absolute_error", {}},
      {"huber", {}},
      {"huber", {{"delta", 0.25}}},
      {"hinge", {}},
  };
  return table;
}

/// Returns 0.5, 1, 1.5, 2, 0.5, …: one weight per class.
inline std::vector<double> some_weights(int64_t classes) {
  std::vector<double> weights;
  for (int64_t c = 0; c < classes; ++c) weights.push_back(0.5 * double(1 + c % 4));
  return weights;
}

/// The targets of a batch: class labels, two mixed ones per sample, or dense values.
struct Targets {
  std::vector<int32_t> classes;
  std::vector<int32_t> second_classes;
  Floats label_weights;
  Floats values;

  LossTargets on(Device& device, const Shape& outputs) const {
    if (!values.empty()) return device.tensor(outputs, values);
    if (second_classes.empty()) return device.labels(classes);
    const Shape rows{static_cast<int64_t>(label_weights.size())};
    return {device.labels(classes), device.labels(second_classes),
            device.tensor(rows, label_weights)};
  }
};

struct Result {
  Floats sums;
  Floats grad;
};

inline Result run(Backend& backend, const Loss& loss, const Shape& shape, const Floats& outputs,
                  const Targets& targets, const std::vector<double>& weights = {}) {
  Device device(backend);
  const Tensor grad = device.output(shape);
  const Tensor sums = device.tensor({3}, {0, 0, 0});
  const ClassWeights class_weights(backend, weights, shape[1]);
  loss.run(backend, device.tensor(shape, outputs), targets.on(device, shape),
           class_weights.tensor(), grad, sums);
  return {device.read(sums), device.read(grad)};
}

/// Returns odd multiples of 1/16 with a magnitude below `limit`.
inline Floats odd_sixteenths(int64_t count, uint64_t stream, float limit) {
  Floats values = random_values(count, stream);
  for (float& value : values) value = std::floor(value * limit * 8) / 8 + 0x1p-4F;
  return values;
}

}  // namespace convlab
