#pragma once

#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace convlab {

/// The fixed order in which training images are stored, natively and in the page's shards: image
/// `position * stride % count` of the file comes at `position`. Neighbours come from all parts of
/// the file, so blocks of consecutive images hold all classes even if the file is sorted by class.
class SpreadOrder {
 public:
  /// `count`: number of images, at most 2^31.
  explicit SpreadOrder(int64_t count) : count_(count), stride_(count * 618 / 1000 + 1) {
    while (std::gcd(stride_, count_) > 1) ++stride_;
  }

  int64_t image_at(int64_t position) const { return position * stride_ % count_; }

  /// Returns `values`, which hold `size` bytes for each image, in this order.
  std::vector<uint8_t> apply(std::span<const uint8_t> values, size_t size) const {
    std::vector<uint8_t> result;
    result.reserve(values.size());
    for (int64_t position = 0; position < count_; ++position) {
      const auto entry = values.subspan(static_cast<size_t>(image_at(position)) * size, size);
      result.insert(result.end(), entry.begin(), entry.end());
    }
    return result;
  }

 private:
  int64_t count_;
  int64_t stride_;
};

}  // namespace convlab
