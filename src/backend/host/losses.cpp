#include <algorithm>
#include <cmath>
#include <span>

#include "backend/host/host_backend.h"
#include "backend/host/rows.h"

namespace convlab {

namespace {

/// The targets of a batch in a common form: values, classes and class weights.
class Targets {
 public:
  Targets(const Tensor& targets, const Tensor& class_weights, int64_t columns)
      : targets_(targets), class_weights_(class_weights), columns_(columns) {}

  double at(int64_t row, int64_t column) const {
    if (targets_.dtype == DType::f32) return targets_.data()[row * columns_ + column];
    if (columns_ == 1) return label(row);
    return label(row) == column ? 1 : 0;
  }
  int64_t class_of(int64_t row) const {
    if (targets_.dtype == DType::i32) return label(row);
    if (columns_ == 1) return at(row, 0) > 0.5 ? 1 : 0;
    return first_largest(row_of(targets_, row));
  }
  double weight(int64_t row) const {
    return class_weights_ ? double{class_weights_.data()[class_of(row)]} : 1.0;
  }

 private:
  int32_t label(int64_t row) const { return targets_.data<int32_t>()[row]; }

  const Tensor& targets_;
  const Tensor& class_weights_;
  int64_t columns_;
};

/// The predicted class of a row of outputs. A single output predicts class 1 above `threshold`,
/// else 0.
int64_t prediction(std::span<const float> row, double threshold) {
  if (row.size() == 1) return row[0] > threshold ? 1 : 0;
  return first_largest(row);
}

void add(const Tensor& sums, double loss, int64_t correct, int64_t rows) {
  sums.data()[0] += static_cast<float>(loss);
  sums.data()[1] += static_cast<float>(correct);
  sums.data()[2] += static_cast<float>(rows);
}

struct ValueAndSlope {
  double value = 0;
  double slope = 0;
};

ValueAndSlope binary_cross_entropy(double z, double t) {
  const double small = std::exp(-std::abs(z));  // never overflows
  const double sigmoid = z >= 0 ? 1 / (1 + small) : small / (1 + small);
  return {std::max(z, 0.0) - z * t + std::log1p(small), sigmoid - t};
}

double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

ValueAndSlope pointwise(const PointwiseLossDesc& desc, double z, double t) {
  const double error = z - t;
  switch (desc.kind) {
    case PointwiseLossKind::binary_cross_entropy:
      return binary_cross_entropy(
          z, (1 - double{desc.label_smoothing}) * t + double{desc.label_smoothing} / 2);
    case PointwiseLossKind::squared_error:
      return {error * error, 2 * error};
    case PointwiseLossKind::absolute_error:
      return {std::abs(error), sign(error)};
    case PointwiseLossKind::huber: {
      const double delta = desc.delta;
      if (std::abs(error) <= delta) return {error * error / 2, error};
      return {delta * (std::abs(error) - delta / 2), delta * sign(error)};
    }
    case PointwiseLossKind::hinge:
      break;
  }
  const double side = t == 0 ? -1 : t;
  const double missing = 1 - side * z;
  if (missing <= 0) return {};
  return {missing, -side};
}

/// The decision threshold of a single output: halfway between the targets of class 0 and class 1.
double threshold(PointwiseLossKind kind) {
  const bool signs =
      kind == PointwiseLossKind::binary_cross_entropy || kind == PointwiseLossKind::hinge;
  return signs ? 0 : 0.5;
}

}  // namespace

void HostBackend::softmax_cross_entropy(const CrossEntropyDesc& desc, const Tensor& logits,
                                        const Tensor& targets, const Tensor& class_weights,
                                        const Tensor& grad, const Tensor& sums) {
  const int64_t rows = row_count(logits);
  const int64_t columns = last_dim(logits);
  const Targets wanted(targets, class_weights, columns);
  const double elsewhere = double{desc.label_smoothing} / static_cast<double>(columns);
  const auto smooth = [&](double target) {
    return (1 - double{desc.label_smoothing}) * target + elsewhere;
  };
  double loss = 0;
  int64_t correct = 0;
  for (int64_t r = 0; r < rows; ++r) {
    const auto row = row_of(logits, r);
    const double log_sum = log_sum_exp(row);
    const double weight = wanted.weight(r);
    correct += prediction(row, 0) == wanted.class_of(r) ? 1 : 0;
    double total = 0;  // 1 unless f32 targets are not probabilities
    for (int64_t c = 0; c < columns; ++c) {
      const double target = smooth(wanted.at(r, c));
      total += target;
      if (target != 0) loss -= weight * target * (row[static_cast<size_t>(c)] - log_sum);
    }
    if (!grad) continue;
    for (int64_t c = 0; c < columns; ++c) {
      const double probability = std::exp(row[static_cast<size_t>(c)] - log_sum);
      const double slope = total * probability - smooth(wanted.at(r, c));
      row_of(grad, r)[static_cast<size_t>(c)] =
          static_cast<float>(weight * slope / static_cast<double>(rows));
    }
  }
  add(sums, loss, correct, rows);
}

void HostBackend::pointwise_loss(const PointwiseLossDesc& desc, const Tensor& outputs,
                                 const Tensor& targets, const Tensor& class_weights,
                                 const Tensor& grad, const Tensor& sums) {
  const int64_t rows = row_count(outputs);
  const int64_t columns = last_dim(outputs);
  const Targets wanted(targets, class_weights, columns);
  double loss = 0;
  int64_t correct = 0;
  for (int64_t r = 0; r < rows; ++r) {
    const auto row = row_of(outputs, r);
    const double weight = wanted.weight(r) / static_cast<double>(columns);
    correct += prediction(row, threshold(desc.kind)) == wanted.class_of(r) ? 1 : 0;
    for (int64_t c = 0; c < columns; ++c) {
      const auto [value, slope] = pointwise(desc, row[static_cast<size_t>(c)], wanted.at(r, c));
      loss += weight * value;
      if (grad) {
        row_of(grad, r)[static_cast<size_t>(c)] =
            static_cast<float>(weight * slope / static_cast<double>(rows));
      }
    }
  }
  add(sums, loss, correct, rows);
}

}  // namespace convlab
