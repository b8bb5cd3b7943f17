#include <algorithm>

#include "backend/host/activated.h"
#include "backend/host/host_backend.h"

namespace convlab {

namespace {

/// View of a matrix or of its transpose, without copying.
struct MatrixView {
  MatrixView(const Tensor& tensor, bool transpose) : data(tensor.data()) {
    const int64_t width = tensor.shape[1];
    rows = transpose ? width : tensor.shape[0];
    columns = transpose ? tensor.shape[0] : width;
    row_step = transpose ? 1 : width;
    column_step = transpose ? width : 1;
  }

  double at(int64_t row, int64_t column) const {
    return data[row * row_step + column * column_step];
  }

  const float* data;
  int64_t rows, columns, row_step, column_step;
};

}  // namespace

void HostBackend::gemm(OpContext /*op*/, const GemmDesc& desc, const Tensor& a, const Tensor& b,
                       const Tensor& bias, const Tensor& c) {
  const MatrixView left(a, desc.transpose_a);
  const MatrixView right(b, desc.transpose_b);
  for (int64_t row = 0; row < left.rows; ++row) {
    for (int64_t column = 0; column < right.columns; ++column) {
      double sum = bias ? bias.data()[column] : 0;
      for (int64_t k = 0; k < left.columns; ++k) sum += left.at(row, k) * right.at(k, column);
      c.data()[row * right.columns + column] = static_cast<float>(activated(desc.activation, sum));
    }
  }
}

}  // namespace convlab
