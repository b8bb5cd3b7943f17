#pragma once

#include <cstdint>

namespace convlab {

class Threads;

/// y[c * y_stride + r] = x[r * x_stride + c] for r < rows, c < columns.
void transpose(const float* x, int64_t x_stride, int64_t rows, int64_t columns, float* y,
               int64_t y_stride);

/// y[columns, rows] = x[rows, columns] transposed, both dense, using all threads.
void transpose(const Threads& threads, const float* x, int64_t rows, int64_t columns, float* y);

}  // namespace convlab
