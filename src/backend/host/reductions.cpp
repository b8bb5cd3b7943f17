#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "backend/host/host_backend.h"
#include "backend/host/rows.h"

namespace convlab {

void HostBackend::sum_rows(const Tensor& x, const Tensor& sums) {
  std::vector<double> totals(static_cast<size_t>(last_dim(x)));
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

void HostBackend::softmax_grad(const Tensor& y, const Tensor& dy, const Tensor& dx) {
  for (int64_t r = 0; r < row_count(y); ++r) {
    const auto output = row_of(y, r);
    const auto grad = row_of(dy, r);
    const double sum = std::inner_product(output.begin(), output.end(), grad.begin(), 0.0);
    std::transform(output.begin(), output.end(), grad.begin(), row_of(dx, r).begin(),
                   [sum](float out, float g) { return static_cast<float>(out * (g - sum)); });
  }
}

}  // namespace convlab
