#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "backend/host/host_backend.h"
#include "backend/host/rows.h"

namespace convlab {

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

}  // namespace convlab
