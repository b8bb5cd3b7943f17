#pragma once

#include <fmt/base.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace convlab {

/// The dimensions of a tensor, outermost first: {height, width, channels} for an image, {batch,
/// height, width, channels} for a batch. Up to six dimensions, each at least 0, stored inline so
/// that copying never allocates memory.
class Shape {
 public:
  static constexpr int max_rank = 6;

  Shape() = default;
  /// Throws Error for more than max_rank dimensions, a negative dimension, or more than 2^48
  /// elements.
  Shape(std::initializer_list<int64_t> dims);

  int rank() const { return rank_; }
  int64_t operator[](int axis) const { return dims_[static_cast<size_t>(axis)]; }
  /// Returns the product of all dimensions; 1 for rank 0.
  int64_t elements() const;
  const int64_t* begin() const { return dims_.data(); }
  const int64_t* end() const { return dims_.data() + rank_; }

  /// Returns this shape with `batch` prepended: the shape of a batch of samples of this shape.
  Shape with_batch(int64_t batch) const;
  /// Returns this shape without its outermost dimension: the shape of one sample of a batch. The
  /// rank must be at least 1.
  Shape sample_shape() const;
  /// Appends an innermost dimension. Throws Error like the constructor.
  void append(int64_t dim);

  /// Formats the shape as "(28, 28, 1)".
  std::string str() const;

  bool operator==(const Shape& other) const;

 private:
  std::array<int64_t, max_rank> dims_{};
  int rank_ = 0;
};

}  // namespace convlab

/// A shape is formatted as its `str`.
template <>
struct fmt::formatter<convlab::Shape> : fmt::formatter<fmt::string_view> {
  fmt::context::iterator format(const convlab::Shape& shape, fmt::context& context) const;
};
