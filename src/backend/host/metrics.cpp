#include <algorithm>

#include "backend/host/host_backend.h"
#include "backend/host/rows.h"

namespace convlab {

namespace {

bool is_in_top_k(std::span<const float> row, float wanted, int64_t k) {
  const auto above = std::count_if(row.begin(), row.end(), [=](float x) { return x > wanted; });
  return !std::isnan(wanted) && above < k;
}

}  // namespace

void HostBackend::count_predictions(const CountPredictionsDesc& desc, const Tensor& outputs,
                                    const Tensor& labels, const Tensor& confusion,
                                    const Tensor& hits) {
  for (int64_t r = 0; r < row_count(outputs); ++r) {
    const auto row = row_of(outputs, r);
    const int32_t label = labels.data<int32_t>()[r];
    row_of(confusion, label)[static_cast<size_t>(first_largest(row))] += 1;
    if (is_in_top_k(row, row[static_cast<size_t>(label)], desc.top_k)) hits.data()[0] += 1;
  }
}

}  // namespace convlab
