#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>

namespace convlab {

/// The dimensions of a tensor, outermost first: {height, width, channels} for one image, {batch,
/// height, width, channels} for a batch. Up to six dimensions, each at least 0; held in place, so
/// copying never allocates.
class Shape {
 public:
  static constexpr int max_rank = 6;

  Shape() = default;
  /// Throws Error for more than max_rank dimensions, a negative one, or a product beyond 2^48.
  Shape(std::initializer_list<int64_t> dims);

  int rank() const { return rank_; }
  int64_t operator[](int axis) const { return dims_[static_cast<size_t>(axis)]; }
  /// The product of all dimensions; 1 for rank 0.
  int64_t elements() const;
  const int64_t* begin() const { return dims_.data(); }
  const int64_t* end() const { return dims_.data() + rank_; }

  /// This shape with `batch` put before it: a sample's shape becomes a batch's.
  Shape with_batch(int64_t batch) const;
  /// This shape without its outermost dimension: a batch's shape becomes a sample's. Rank must be
  /// at least 1.
  Shape sample_shape() const;
  /// Adds one innermost dimension.
  void append(int64_t dim);

  /// "(28, 28, 1)".
  std::string str() const;

  bool operator==(const Shape& other) const;

 private:
  std::array<int64_t, max_rank> dims_{};
  int rank_ = 0;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape);

}  // namespace convlab
