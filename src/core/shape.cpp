#include "core/shape.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"

namespace convlab {

namespace {
constexpr int64_t max_elements = int64_t{1} << 48;
}

Shape::Shape(std::initializer_list<int64_t> dims) {
  for (const int64_t dim : dims) append(dim);
}

int64_t Shape::elements() const {
  int64_t product = 1;
  for (const int64_t dim : *this) product *= dim;
  return product;
}

void Shape::append(int64_t dim) {
  if (rank_ == max_rank) fail("[shape] at most {} dimensions are supported", max_rank);
  if (dim < 0) fail("[shape] a dimension of {} is negative", dim);
  Shape longer = *this;
  longer.dims_[static_cast<size_t>(longer.rank_++)] = dim;
  if (dim > max_elements / std::max<int64_t>(elements(), 1))
    fail("[shape] {} is too large: it has more than 2^48 elements", longer);
  *this = longer;
}

Shape Shape::with_batch(int64_t batch) const {
  Shape result{batch};
  for (const int64_t inner : *this) result.append(inner);
  return result;
}

Shape Shape::sample_shape() const {
  if (rank_ == 0) fail("[shape] a scalar has no outermost dimension");
  Shape result;
  std::for_each(begin() + 1, end(), [&](int64_t dim) { result.append(dim); });
  return result;
}

std::string Shape::str() const { return fmt::format("({})", fmt::join(*this, ", ")); }

bool Shape::operator==(const Shape& other) const {
  return std::equal(begin(), end(), other.begin(), other.end());
}

}  // namespace convlab

fmt::context::iterator fmt::formatter<convlab::Shape>::format(const convlab::Shape& shape,
                                                              fmt::context& context) const {
  return formatter<string_view>::format(shape.str(), context);
}
