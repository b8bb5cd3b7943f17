#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"

namespace convlab {

/// A view of some of the images of a data set, which must outlive it.
class Subset {
 public:
  /// Views all images, also those that have not arrived yet.
  Subset(const Dataset& dataset) : dataset_(&dataset), size_(dataset.size()), whole_(true) {}
  /// Views the images `indices` in this order. Throws Error for an index that the data set does not
  /// have.
  Subset(const Dataset& dataset, std::vector<int64_t> indices);
  /// Views `size` images that are not known yet, since choosing them needs images that have not
  /// arrived; none is available.
  static Subset pending(const Dataset& dataset, int64_t size);

  /// Whether it is known which images these are.
  bool known() const { return whole_ || !indices_.empty() || size_ == 0; }
  const Dataset& dataset() const { return *dataset_; }
  int64_t size() const { return size_; }
  /// Whether all images of this view are known and have arrived.
  bool complete() const;
  /// Whether the image at `position` (0 to size - 1) is known and has arrived.
  bool available(int64_t position) const {
    return (whole_ || !indices_.empty()) && index(position) < dataset_->available();
  }
  /// Returns the index in the data set of the image at `position`, which must be known.
  int64_t index(int64_t position) const {
    return whole_ ? position : indices_[static_cast<size_t>(position)];
  }

 private:
  const Dataset* dataset_;
  int64_t size_;
  bool whole_ = false;
  std::vector<int64_t> indices_;  // empty if whole or pending
};

}  // namespace convlab
