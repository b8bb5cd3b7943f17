#include "train/classification_metrics.h"

#include <cstddef>
#include <utility>

namespace convlab {

namespace {

double ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

ClassScores scores_of(size_t label, size_t classes, const std::vector<int64_t>& confusion) {
  int64_t belong = 0;
  int64_t taken = 0;
  for (size_t other = 0; other < classes; ++other) {
    belong += confusion[label * classes + other];
    taken += confusion[other * classes + label];
  }
  const int64_t right = confusion[label * classes + label];
  // The harmonic mean of right / taken and right / belong.
  return {.precision = ratio(right, taken),
          .recall = ratio(right, belong),
          .f1 = ratio(2 * right, taken + belong),
          .support = belong};
}

ClassScores means(const std::vector<ClassScores>& classes) {
  ClassScores sum;
  int64_t present = 0;
  for (const ClassScores& scores : classes) {
    if (scores.support == 0) continue;
    ++present;
    sum.precision += scores.precision;
    sum.recall += scores.recall;
    sum.f1 += scores.f1;
    sum.support += scores.support;
  }
  if (present == 0) return sum;
  const auto count = static_cast<double>(present);
  return {sum.precision / count, sum.recall / count, sum.f1 / count, sum.support};
}

}  // namespace

ClassificationMetrics classification_metrics(int64_t classes, std::vector<int64_t> confusion,
                                             int64_t top_k_hits) {
  const auto count = static_cast<size_t>(classes);
  ClassificationMetrics metrics;
  int64_t right = 0;
  for (size_t label = 0; label < count; ++label) {
    metrics.classes.push_back(scores_of(label, count, confusion));
    right += confusion[label * count + label];
  }
  metrics.macro = means(metrics.classes);
  metrics.accuracy = ratio(right, metrics.macro.support);
  metrics.top_k_accuracy = ratio(top_k_hits, metrics.macro.support);
  metrics.confusion = std::move(confusion);
  return metrics;
}

}  // namespace convlab
