#include <algorithm>

#include "backend/xnnpack/kernels.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/xnnpack_backend.h"

namespace convlab {

// Blocks of a fixed number of rows are summed by any thread and then added in order: results are
// bitwise equal for any number of threads, and short partial sums round less than one long sum.
void XnnpackBackend::sum_rows(const Tensor& x, const Tensor& sums) {
  constexpr int64_t rows_per_block = 512;
  const int64_t columns = sums.elements();
  const int64_t rows = x.elements() / columns;
  const int64_t blocks = (rows + rows_per_block - 1) / rows_per_block;
  float* partial = scratch(blocks * columns);
  threads_->split(blocks, std::max<int64_t>(1, 65536 / (rows_per_block * columns)),
                  [&](int64_t begin, int64_t end) {
                    for (int64_t block = begin; block < end; ++block) {
                      const int64_t first = block * rows_per_block;
                      kernels::sum_rows(x.data() + first * columns,
                                        std::min(rows_per_block, rows - first), columns,
                                        partial + block * columns);
                    }
                  });
  kernels::sum_rows(partial, blocks, columns, sums.data());
}

void XnnpackBackend::softmax_grad(const Tensor& y, const Tensor& dy, const Tensor& dx) {
  threads_->split_batch(y.shape, [&](int64_t begin, int64_t end) {
    HostBackend::softmax_grad(y.part(begin, end), dy.part(begin, end), dx.part(begin, end));
  });
}

}  // namespace convlab
