#pragma once

#include <vector>

#include "core/random.h"

namespace convlab {

/// A random matrix, row by row, with orthonormal rows, or with orthonormal columns where it has
/// more rows than columns; every such matrix is equally likely (Saxe et al. 2014). The orthogonal
/// factor of a matrix of normal numbers, as Keras' Orthogonal and PyTorch's orthogonal_. A kernel
/// has a row for each filter; Keras' depthwise kernel has instead a row for each weight of all
/// channels. Takes time in rows · columns · the smaller of both.
std::vector<float> draw_orthogonal(int64_t rows, int64_t columns, Random& random);

}  // namespace convlab
