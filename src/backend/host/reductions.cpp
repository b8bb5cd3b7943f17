#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <span>
#include <vector>

#include "backend/host/host_backend.h"

namespace convlab {

namespace {

int64_t last_extent(const Tensor& x) { return x.shape[x.shape.rank() - 1]; }

int64_t row_count(const Tensor& x) {
  const int64_t columns = last_extent(x);
  return columns > 0 ? x.elements() / columns : 0;
}

std::span<float> row_of(const Tensor& x, int64_t row) {
  const int64_t columns = last_extent(x);
  return {x.data() + row * columns, static_cast<size_t>(columns)};
}

/// log Σ exp(x), without overflow.
double log_sum_exp(std::span<const float> row) {
  const double largest = *std::max_element(row.begin(), row.end());
  const double sum = std::accumulate(row.begin(), row.end(), 0.0, [largest](double s, float value) {
    return s + std::exp(value - largest);
  });
  return largest + std::log(sum);
}

}  // namespace

void HostBackend::sum_rows(const Tensor& x, const Tensor& sums) {
  std::vector<double> totals(static_cast<size_t>(last_extent(x)));
  for (int64_t r = 0; r < row_count(x); ++r) {
    const auto row = row_of(x, r);
    std::transform(row.begin(), row.end(), totals.begin(), totals.begin(), std::plus<>());
  }
  std::transform(totals.begin(), totals.end(), sums.data(),
                 [](double total) { return static_cast<float>(total); });
}

void HostBackend::softmax(const Tensor& x, const Tensor& y) {
  for (int64_t r = 0; r < row_count(x); ++r) {
    const auto row = row_of(x, r);
    const double log_sum = log_sum_exp(row);
    std::transform(row.begin(), row.end(), row_of(y, r).begin(), [log_sum](float value) {
      return static_cast<float>(std::exp(value - log_sum));
    });
  }
}

void HostBackend::softmax_cross_entropy(const CrossEntropyDesc& desc, const Tensor& logits,
                                        const Tensor& labels, const Tensor& grad_logits,
                                        const Tensor& sums) {
  const int64_t rows = row_count(logits);
  const double elsewhere = double{desc.label_smoothing} / static_cast<double>(last_extent(logits));
  const double at_label = 1 - double{desc.label_smoothing} + elsewhere;
  double loss = 0;
  int64_t correct = 0;
  for (int64_t r = 0; r < rows; ++r) {
    const auto row = row_of(logits, r);
    const auto label = static_cast<size_t>(labels.data<int32_t>()[r]);
    const double log_sum = log_sum_exp(row);
    const auto largest = std::max_element(row.begin(), row.end()) - row.begin();
    correct += static_cast<size_t>(largest) == label ? 1 : 0;
    for (size_t c = 0; c < row.size(); ++c) {
      const double log_probability = row[c] - log_sum;
      const double target = c == label ? at_label : elsewhere;
      if (target > 0) loss -= target * log_probability;
      if (grad_logits) {
        const double grad = (std::exp(log_probability) - target) / static_cast<double>(rows);
        row_of(grad_logits, r)[c] = static_cast<float>(grad);
      }
    }
  }
  sums.data()[0] += static_cast<float>(loss);
  sums.data()[1] += static_cast<float>(correct);
  sums.data()[2] += static_cast<float>(rows);
}

}  // namespace convlab
