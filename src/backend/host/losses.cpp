#include <algorithm>
#include <cmath>
#include <span>

#include "backend/host/host_backend.h"
#include "backend/host/rows.h"

namespace convlab {

namespace {

/// The target of one row of `columns` outputs in a common form.
class RowTarget {
 public:
  RowTarget(const LossTargets& targets, const Tensor& class_weights, int64_t row, int64_t columns)
      : columns_(columns) {
    const auto class_weight = [&](int64_t label) {
      return class_weights ? double{class_weights.data()[label]} : 1.0;
    };
    if (targets.targets.dtype == DType::f32) {
      values_ = targets.targets.data() + row * columns;
      class_ = columns == 1 ? (values_[0] > 0.5F ? 1 : 0)
                            : first_largest({values_, static_cast<size_t>(columns)});
      weight_ = class_weight(class_);
      return;
    }
    class_ = first_ = second_ = targets.targets.data<int32_t>()[row];
    weight_ = class_weight(class_);
    if (!targets.second_labels) return;
    second_ = targets.second_labels.data<int32_t>()[row];
    const double label_weight = targets.label_weights.data()[row];
    if (label_weight == 0.5) class_ = std::min(first_, second_);
    if (label_weight < 0.5) class_ = second_;
    const double first_weight = label_weight * class_weight(first_);
    weight_ = first_weight + (1 - label_weight) * class_weight(second_);
    if (weight_ > 0) fraction_ = first_weight / weight_;
  }

  double at(int64_t column) const {
    if (values_ != nullptr) return values_[column];
    const int64_t label = columns_ == 1 ? 1 : column;
    return (label == first_ ? fraction_ : 0) + (label == second_ ? 1 - fraction_ : 0);
  }
  /// The target of hinge: -1 and 1, or between them if labels are mixed.
  double side(int64_t column) const {
    const double target = at(column);
    if (values_ == nullptr) return 2 * target - 1;
    return target == 0 ? -1 : target;
  }
  int64_t class_index() const { return class_; }
  /// The factor of the row's loss.
  double weight() const { return weight_; }

 private:
  int64_t columns_;
  const float* values_ = nullptr;  // null: labels
  int64_t first_ = 0;
  int64_t second_ = 0;
  double fraction_ = 1;  // of the first label; the second has the rest
  int64_t class_ = 0;
  double weight_ = 1;
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
  const double missing = 1 - t * z;
  if (missing <= 0) return {};
  return {missing, -t};
}

/// The decision threshold of a single output: halfway between the targets of class 0 and class 1.
double threshold(PointwiseLossKind kind) {
  const bool signs =
      kind == PointwiseLossKind::binary_cross_entropy || kind == PointwiseLossKind::hinge;
  return signs ? 0 : 0.5;
}

}  // namespace

void HostBackend::softmax_cross_entropy(const CrossEntropyDesc& desc, const Tensor& logits,
                                        const LossTargets& targets, const Tensor& class_weights,
                                        const Tensor& grad, const Tensor& sums) {
  const int64_t rows = row_count(logits);
  const int64_t columns = last_dim(logits);
  const double elsewhere = double{desc.label_smoothing} / static_cast<double>(columns);
  const auto smooth = [&](double target) {
    return (1 - double{desc.label_smoothing}) * target + elsewhere;
  };
  double loss = 0;
  int64_t correct = 0;
  for (int64_t r = 0; r < rows; ++r) {
    const auto row = row_of(logits, r);
    const RowTarget wanted(targets, class_weights, r, columns);
    const double log_sum = log_sum_exp(row);
    const double weight = wanted.weight();
    correct += prediction(row, 0) == wanted.class_index() ? 1 : 0;
    double total = 0;  // 1 unless f32 targets are not probabilities
    for (int64_t c = 0; c < columns; ++c) {
      const double target = smooth(wanted.at(c));
      total += target;
      if (target != 0) loss -= weight * target * (row[static_cast<size_t>(c)] - log_sum);
    }
    if (!grad) continue;
    for (int64_t c = 0; c < columns; ++c) {
      const double probability = std::exp(row[static_cast<size_t>(c)] - log_sum);
      const double slope = total * probability - smooth(wanted.at(c));
      row_of(grad, r)[static_cast<size_t>(c)] =
          static_cast<float>(weight * slope / static_cast<double>(rows));
    }
  }
  add(sums, loss, correct, rows);
}

void HostBackend::pointwise_loss(const PointwiseLossDesc& desc, const Tensor& outputs,
                                 const LossTargets& targets, const Tensor& class_weights,
                                 const Tensor& grad, const Tensor& sums) {
  const int64_t rows = row_count(outputs);
  const int64_t columns = last_dim(outputs);
  double loss = 0;
  int64_t correct = 0;
  for (int64_t r = 0; r < rows; ++r) {
    const auto row = row_of(outputs, r);
    const RowTarget wanted(targets, class_weights, r, columns);
    const double weight = wanted.weight() / static_cast<double>(columns);
    correct += prediction(row, threshold(desc.kind)) == wanted.class_index() ? 1 : 0;
    for (int64_t c = 0; c < columns; ++c) {
      const double target = desc.kind == PointwiseLossKind::hinge ? wanted.side(c) : wanted.at(c);
      const auto [value, slope] = pointwise(desc, row[static_cast<size_t>(c)], target);
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
