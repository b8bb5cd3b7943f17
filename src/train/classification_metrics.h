#pragma once

#include <cstdint>
#include <vector>

namespace convlab {

/// How well one class is told from the others. A ratio of nothing is 0, as in Keras.
struct ClassScores {
  double precision = 0;  ///< of the samples taken for this class, the fraction that belong to it
  double recall = 0;     ///< of the samples that belong to this class, the fraction taken for it
  double f1 = 0;         ///< the harmonic mean of precision and recall
  int64_t support = 0;   ///< samples that belong to this class
};

/// What predictions were worth. All zero without samples.
struct ClassificationMetrics {
  double accuracy = 0;  ///< fraction of the samples taken for their class
  double top_k_accuracy =
      0;  ///< fraction of the samples whose class is among the k largest outputs
  std::vector<ClassScores> classes;
  ClassScores macro;  ///< means over all classes, each counting the same; the sum of supports
  std::vector<int64_t> confusion;  ///< [classes, classes]: samples of each class, by prediction
};

/// From a confusion matrix, a row for each true class and a column for each prediction, and the
/// number of samples whose class is among the k largest outputs.
ClassificationMetrics classification_metrics(int64_t classes, std::vector<int64_t> confusion,
                                             int64_t top_k_hits);

}  // namespace convlab
