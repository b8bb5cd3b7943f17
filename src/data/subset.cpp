#include "data/subset.h"

#include <utility>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

Subset::Subset(const Dataset& dataset, std::vector<int64_t> indices)
    : dataset_(&dataset),
      size_(static_cast<int64_t>(indices.size())),
      indices_(std::move(indices)) {
  for (const int64_t index : indices_) {
    if (index < 0 || index >= dataset.size()) {
      fail("[subset] there is no image {} in {}, which has {}", index, dataset.name(),
           counted(dataset.size(), "image"));
    }
  }
}

Subset Subset::pending(const Dataset& dataset, int64_t size) {
  Subset subset(dataset, {});
  subset.size_ = size;
  return subset;
}

bool Subset::complete() const {
  if (whole_) return dataset_->complete();
  for (int64_t position = 0; position < size_; ++position) {
    if (!available(position)) return false;
  }
  return true;
}

}  // namespace convlab
