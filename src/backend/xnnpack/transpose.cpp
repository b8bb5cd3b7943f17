#include "backend/xnnpack/transpose.h"

#include <cstring>

#include "backend/xnnpack/threads.h"

namespace convlab {

namespace {

// The vector extension of GCC and Clang, compiled to SSE, NEON or WebAssembly SIMD shuffles.
using Float4 = float __attribute__((vector_size(16)));

Float4 load(const float* x) {
  Float4 value;
  std::memcpy(&value, x, sizeof value);
  return value;
}

void store(float* y, Float4 value) { std::memcpy(y, &value, sizeof value); }

void transpose_4x4(const float* x, int64_t x_stride, float* y, int64_t y_stride) {
  const Float4 row0 = load(x);
  const Float4 row1 = load(x + x_stride);
  const Float4 row2 = load(x + 2 * x_stride);
  const Float4 row3 = load(x + 3 * x_stride);
  const Float4 low01 = __builtin_shufflevector(row0, row1, 0, 4, 1, 5);
  const Float4 high01 = __builtin_shufflevector(row0, row1, 2, 6, 3, 7);
  const Float4 low23 = __builtin_shufflevector(row2, row3, 0, 4, 1, 5);
  const Float4 high23 = __builtin_shufflevector(row2, row3, 2, 6, 3, 7);
  store(y, __builtin_shufflevector(low01, low23, 0, 1, 4, 5));
  store(y + y_stride, __builtin_shufflevector(low01, low23, 2, 3, 6, 7));
  store(y + 2 * y_stride, __builtin_shufflevector(high01, high23, 0, 1, 4, 5));
  store(y + 3 * y_stride, __builtin_shufflevector(high01, high23, 2, 3, 6, 7));
}

}  // namespace

void transpose(const float* x, int64_t x_stride, int64_t rows, int64_t columns, float* y,
               int64_t y_stride) {
  const int64_t whole_rows = rows / 4 * 4;
  const int64_t whole_columns = columns / 4 * 4;
  for (int64_t r = 0; r < whole_rows; r += 4) {
    for (int64_t c = 0; c < whole_columns; c += 4) {
      transpose_4x4(x + r * x_stride + c, x_stride, y + c * y_stride + r, y_stride);
    }
    for (int64_t c = whole_columns; c < columns; ++c) {
      for (int64_t k = r; k < r + 4; ++k) y[c * y_stride + k] = x[k * x_stride + c];
    }
  }
  for (int64_t r = whole_rows; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) y[c * y_stride + r] = x[r * x_stride + c];
  }
}

void transpose(const Threads& threads, const float* x, int64_t rows, int64_t columns, float* y) {
  threads.split(columns, std::max<int64_t>(parallel_grain / std::max<int64_t>(rows, 1), 4),
                [&](int64_t begin, int64_t end) {
                  transpose(x + begin, columns, rows, end - begin, y + begin * rows, rows);
                });
}

}  // namespace convlab
