#include "core/shape.h"

#include <algorithm>
#include <ostream>

#include "core/error.h"

namespace convlab {

namespace {
constexpr int64_t max_elements = int64_t{1} << 48;
}

Shape::Shape(std::initializer_list<int64_t> extents) {
  for (const int64_t extent : extents) append(extent);
}

int64_t Shape::elements() const {
  int64_t product = 1;
  for (const int64_t extent : *this) product *= extent;
  return product;
}

void Shape::append(int64_t extent) {
  if (rank_ == max_rank) fail("[shape] at most ", max_rank, " extents are supported");
  if (extent < 0) fail("[shape] an extent of ", extent, " is negative");
  const int64_t before = std::max<int64_t>(elements(), 1);
  if (extent > max_elements / before) fail("[shape] ", str(), " times ", extent, " is too large");
  extents_[static_cast<size_t>(rank_++)] = extent;
}

Shape Shape::with_front(int64_t extent) const {
  Shape result{extent};
  for (const int64_t inner : *this) result.append(inner);
  return result;
}

Shape Shape::without_front() const {
  if (rank_ == 0) fail("[shape] a scalar has no outermost extent");
  Shape result;
  std::for_each(begin() + 1, end(), [&](int64_t extent) { result.append(extent); });
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
