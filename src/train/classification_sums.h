#pragma once

#include "backend/backend.h"
#include "train/classification_metrics.h"

namespace convlab {

/// Counts predictions on the device. The counts are read back once, after the last batch.
class ClassificationSums {
 public:
  /// top_k: a sample counts for top_k_accuracy if its class is among the top_k largest outputs.
  /// Throws Error unless there are at least two classes and top_k is in 1 to classes. The backend
  /// must outlive this object.
  ClassificationSums(Backend& backend, int64_t classes, int64_t top_k = 5);

  /// Adds a batch: outputs f32 [batch, classes], probabilities or logits; labels i32 [batch]. For
  /// equal outputs and NaN see Backend::count_predictions. Throws Error for outputs with another
  /// number of classes, and beyond 2^24 samples, as floats cannot count further.
  void add(const Tensor& outputs, const Tensor& labels);
  void reset();
  /// Reads the counts back, waiting for the device.
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
  Tensor counts_;  // the confusion matrix, then the hits: one tensor, so that one read returns both
};

}  // namespace convlab
