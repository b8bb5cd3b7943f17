#include "app/panels/chart_range.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace convlab {
namespace {

constexpr double margin = 1.05;  // above the highest point

/// Returns the distances of the finite values from the fixed end of the axis: from 1 for an
/// accuracy, from 0 for a loss.
std::vector<double> distances(const Curve& curve, bool percent) {
  std::vector<double> all;
  for (const float y : curve.y) {
    if (!std::isfinite(y)) continue;
    const double value = y;
    all.push_back(percent ? 1 - std::clamp(value, 0.0, 1.0) : std::max(value, 0.0));
  }
  return all;
}

double largest(const std::vector<double>& values) {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

}  // namespace

Range choose_y_range(const Curve& train, const Curve& validation, bool percent) {
  double farthest = largest(distances(validation, percent));
  std::vector<double> train_distances = distances(train, percent);
  if (!train_distances.empty()) {
    std::sort(train_distances.begin(), train_distances.end());
    const double percentile_95 = train_distances[(train_distances.size() - 1) * 95 / 100];
    farthest = std::max(farthest, std::min(train_distances.back(), 1.5 * percentile_95));
  }
  if (!(farthest > 0)) farthest = percent ? 0.1 : 1;
  farthest = std::max(farthest * margin, 1e-6);
  if (percent) return {std::max(1 - farthest, 0.0), 1};
  return {0, farthest};
}

Range widest_y_range(const Curve& train, const Curve& validation, bool percent) {
  if (percent) return {0, 1};
  const double farthest = std::max(largest(distances(train, false)),  //
                                   largest(distances(validation, false)));
  return {0, std::max(farthest * margin, choose_y_range(train, validation, false).max)};
}

Range choose_x_range(const Curve& train, const Curve& validation, double epochs) {
  double max = std::isfinite(epochs) && epochs > 0 ? epochs : 1;
  for (const Curve* curve : {&train, &validation}) {
    for (const float x : curve->x) {
      if (std::isfinite(x)) max = std::max<double>(max, x);
    }
  }
  return {0, max};
}

}  // namespace convlab
