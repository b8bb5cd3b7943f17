#pragma once

#include "backend/backend.h"
#include "train/classification_metrics.h"

namespace convlab {

/// Counts of predictions that grow on the device and are read once, after the last batch.
class ClassificationSums {
 public:
  /// top_k: how many of the largest outputs may hold a sample's class for top_k_accuracy. Throws
  /// Error unless there are two classes and top_k is one of 1 to their number. The backend must
  /// outlive it.
  ClassificationSums(Backend& backend, int64_t classes, int64_t top_k = 5);

  /// Adds a batch: outputs f32 [batch, classes], probabilities or logits; labels i32 [batch], each
  /// a class. Equal outputs and NaN: Backend::count_predictions. Throws Error for outputs of
  /// another number of classes, and beyond 2^24 samples, which floats no longer count.
  void add(const Tensor& outputs, const Tensor& labels);
  void reset();
  /// Waits for the device.
  ClassificationMetrics read() const;

  int64_t top_k() const { return top_k_; }

 private:
  Tensor confusion() const;
  Tensor hits() const;

  Backend& backend_;
  int64_t classes_;
  int64_t top_k_;
  int64_t samples_ = 0;
  Buffer buffer_;
  Tensor counts_;  // the confusion matrix, then the hits: one tensor, so that one read gets both
};

}  // namespace convlab
