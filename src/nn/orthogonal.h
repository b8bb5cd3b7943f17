#pragma once

#include <vector>

#include "core/random.h"

namespace convlab {

/// Returns a random row-major matrix with orthonormal rows, or columns if it has more rows than
/// columns, uniformly distributed over all such matrices (Saxe et al. 2014): the orthogonal factor
/// of a matrix of normal numbers, as in Keras' Orthogonal and PyTorch's orthogonal_. A kernel has
/// one row per filter; Keras' depthwise kernel instead has one row per weight of all channels.
/// Takes time proportional to rows · columns · min(rows, columns).
std::vector<float> draw_orthogonal(int64_t rows, int64_t columns, Random& random);

}  // namespace convlab
