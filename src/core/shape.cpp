#include "core/shape.h"

#include <algorithm>
#include <ostream>

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
  if (rank_ == max_rank) fail("[shape] at most ", max_rank, " dimensions are supported");
  if (dim < 0) fail("[shape] a dimension of ", dim, " is negative");
  Shape longer = *this;
  longer.dims_[static_cast<size_t>(longer.rank_++)] = dim;
  if (dim > max_elements / std::max<int64_t>(elements(), 1))
    fail("[shape] ", longer, " is too large: it has more than 2^48 elements");
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

std::string Shape::str() const {
  std::string text = "(";
  for (int axis = 0; axis < rank_; ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string((*this)[axis]);
  }
  return text + ")";
}

bool Shape::operator==(const Shape& other) const {
  return std::equal(begin(), end(), other.begin(), other.end());
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << shape.str(); }

}  // namespace convlab
