#include "train/classification_sums.h"

#include <vector>

#include "core/error.h"

namespace convlab {

namespace {

constexpr int64_t max_samples = int64_t{1} << 24;

}  // namespace

ClassificationSums::ClassificationSums(Backend& backend, int64_t classes, int64_t top_k)
    : backend_(backend), classes_(classes), top_k_(top_k) {
  if (classes < 2) fail("[metrics] there are {} classes; expected at least 2", classes);
  if (top_k < 1 || top_k > classes)
    fail("[metrics] top_k is {}, but must be 1 to {}, the number of classes", top_k, classes);
  counts_ = {{classes * classes + 1}, DType::f32};
  buffer_ = backend.allocate(counts_.bytes());
  counts_.memory = buffer_.memory();
}

Tensor ClassificationSums::confusion() const {
  return counts_.part(0, classes_ * classes_).reshaped({classes_, classes_});
}

Tensor ClassificationSums::hits() const {
  return counts_.part(classes_ * classes_, counts_.elements());
}

void ClassificationSums::add(const Tensor& outputs, const Tensor& labels) {
  const int64_t batch = labels.elements();
  if (outputs.shape != Shape{batch, classes_}) {
    fail("[metrics] outputs of {}, but {} samples of {} classes need {}", outputs.shape, batch,
         classes_, Shape{batch, classes_});
  }
  if (samples_ + batch > max_samples)
    fail("[metrics] more than {} samples cannot be counted; call read and reset before",
         max_samples);
  samples_ += batch;
  backend_.count_predictions({.top_k = top_k_}, outputs, labels, confusion(), hits());
}

void ClassificationSums::reset() {
  samples_ = 0;
  backend_.fill(counts_, 0);
}

ClassificationMetrics ClassificationSums::read() const {
  const std::unique_ptr<ReadBack> read = backend_.read_back(counts_);
  std::vector<int64_t> counts(read->values().begin(), read->values().end());
  const int64_t top_k_hits = counts.back();
  counts.pop_back();
  return classification_metrics(classes_, std::move(counts), top_k_hits);
}

}  // namespace convlab
