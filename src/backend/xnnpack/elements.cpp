#include <algorithm>

#include "backend/xnnpack/kernels.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/xnnpack_backend.h"

namespace convlab {

namespace {

constexpr int64_t grain = 32768;  // elements, below which a second thread costs more than it brings

}  // namespace

void XnnpackBackend::scale_bytes(const Tensor& x, float scale, const Tensor& y) {
  threads_->split(x.elements(), grain, [&](int64_t begin, int64_t end) {
    kernels::scale_bytes(x.data<uint8_t>() + begin, scale, end - begin, y.data() + begin);
  });
}

void XnnpackBackend::binary(BinaryOp op, const Tensor& a, const Tensor& b, const Tensor& c) {
  const auto kernel = op == BinaryOp::add ? kernels::add : kernels::multiply;
  threads_->split(a.elements(), grain, [&](int64_t begin, int64_t end) {
    kernel(a.data() + begin, b.data() + begin, end - begin, c.data() + begin);
  });
}

void XnnpackBackend::add_row(const Tensor& x, const Tensor& row, const Tensor& y) {
  const int64_t columns = row.elements();
  const Shape matrix{x.elements() / columns, columns};
  threads_->split_batch(matrix, [&](int64_t begin, int64_t end) {
    HostBackend::add_row(x.reshaped(matrix).part(begin, end), row,
                         y.reshaped(matrix).part(begin, end));
  });
}

void XnnpackBackend::copy_columns(const Tensor& x, int64_t x_first, const Tensor& y,
                                  int64_t y_first, int64_t count) {
  const auto rows_of = [](const Tensor& t) {
    const int64_t columns = t.shape[t.shape.rank() - 1];
    return t.reshaped({t.elements() / columns, columns});
  };
  const Tensor from = rows_of(x);
  const Tensor to = rows_of(y);
  threads_->split_batch({from.shape[0], count}, [&](int64_t begin, int64_t end) {
    HostBackend::copy_columns(from.part(begin, end), x_first, to.part(begin, end), y_first, count);
  });
}

void XnnpackBackend::scale_channels(const Tensor& x, const Tensor& scales, const Tensor& y) {
  threads_->split_batch(x.shape, [&](int64_t begin, int64_t end) {
    HostBackend::scale_channels(x.part(begin, end), scales.part(begin, end), y.part(begin, end));
  });
}

void XnnpackBackend::scale_channels_grad(const Tensor& x, const Tensor& dy, const Tensor& dscales) {
  threads_->split_batch(x.shape, [&](int64_t begin, int64_t end) {
    HostBackend::scale_channels_grad(x.part(begin, end), dy.part(begin, end),
                                     dscales.part(begin, end));
  });
}

void XnnpackBackend::dropout_mask(const DropoutDesc& desc, const Tensor& mask) {
  const int64_t whole_blocks = mask.elements() / 4;
  const uint64_t offset = step().step << 32;
  threads_->split(whole_blocks, grain / 16, [&](int64_t begin, int64_t end) {
    kernels::dropout_mask(desc.seed, desc.stream, offset, desc.rate, begin, end, mask.data());
  });
  if (const int64_t rest = mask.elements() % 4; rest > 0) {
    float last[4];
    kernels::dropout_mask(desc.seed, desc.stream, offset + static_cast<uint64_t>(whole_blocks),
                          desc.rate, 0, 1, last);
    std::copy_n(last, rest, mask.data() + whole_blocks * 4);
  }
}

}  // namespace convlab
