#include "nn/orthogonal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "core/normal.h"

namespace convlab {

namespace {

using Vector = std::span<double>;

/// Uses four partial sums in a fixed order, so that additions need not wait for each other.
double dot(Vector a, Vector b) {
  std::array<double, 4> sums{};
  for (size_t i = 0; i < a.size(); ++i) sums[i % 4] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// Subtracts from `vector` its projection onto `unit`.
void remove(Vector vector, Vector unit) {
  const double along = dot(vector, unit);
  for (size_t i = 0; i < vector.size(); ++i) vector[i] -= along * unit[i];
}

}  // namespace

std::vector<float> draw_orthogonal(int64_t rows, int64_t columns, Random& random) {
  const auto count = static_cast<size_t>(std::min(rows, columns));
  const auto length = static_cast<size_t>(std::max(rows, columns));
  std::vector<double> values(count * length);
  std::generate(values.begin(), values.end(), [&] { return to_normal(random.next()); });
  const auto vector = [&](size_t i) { return Vector(values).subspan(i * length, length); };
  // Modified Gram-Schmidt, applied twice, as one pass loses orthogonality for nearly parallel
  // vectors. The triangular factor has a positive diagonal, which makes the factorisation unique.
  for (size_t i = 0; i < count; ++i) {
    for (int pass = 0; pass < 2; ++pass) {
      for (size_t j = 0; j < i; ++j) remove(vector(i), vector(j));
    }
    const double norm = std::sqrt(dot(vector(i), vector(i)));
    for (double& value : vector(i)) value /= norm;
  }
  std::vector<float> matrix(count * length);
  const bool upright = rows > columns;
  for (size_t i = 0; i < count; ++i) {
    for (size_t k = 0; k < length; ++k)
      matrix[upright ? k * count + i : i * length + k] = static_cast<float>(vector(i)[k]);
  }
  return matrix;
}

}  // namespace convlab
