#pragma once

#include <cstdint>
#include <vector>

namespace convlab {

/// Metrics of one class. A ratio with denominator 0 is 0, as in Keras.
struct ClassScores {
  double precision = 0;  ///< of the samples predicted as this class, the fraction that belong to it
  double recall = 0;     ///< of the samples that belong to this class, the fraction predicted as it
  double f1 = 0;         ///< the harmonic mean of precision and recall
  int64_t support = 0;   ///< number of samples of this class
};

/// Metrics of predictions. All zero without samples.
struct ClassificationMetrics {
  double accuracy = 0;  ///< fraction of correctly predicted samples
  double top_k_accuracy =
      0;  ///< fraction of the samples whose class is among the k largest outputs
  std::vector<ClassScores> classes;
  ClassScores macro;  ///< unweighted means over the classes that have samples; all samples
  std::vector<int64_t> confusion;  ///< [true class, predicted class]: number of samples
};

/// Computes the metrics from a confusion matrix, with one row per true class and one column per
/// predicted class, and the number of samples whose class is among the k largest outputs.
ClassificationMetrics classification_metrics(int64_t classes, std::vector<int64_t> confusion,
                                             int64_t top_k_hits);

}  // namespace convlab
