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

void XnnpackBackend::unary(UnaryOp op, const Tensor& x, const Tensor& y) {
  threads_->split(x.elements(), grain, [&](int64_t begin, int64_t end) {
    if (op == UnaryOp::relu) kernels::relu(x.data() + begin, end - begin, y.data() + begin);
  });
}

void XnnpackBackend::unary_grad(UnaryOp op, const Tensor& y, const Tensor& dy, const Tensor& dx) {
  threads_->split(y.elements(), grain, [&](int64_t begin, int64_t end) {
    if (op == UnaryOp::relu)
      kernels::relu_grad(y.data() + begin, dy.data() + begin, end - begin, dx.data() + begin);
  });
}

void XnnpackBackend::binary(BinaryOp op, const Tensor& a, const Tensor& b, const Tensor& c) {
  const auto kernel = op == BinaryOp::add ? kernels::add : kernels::multiply;
  threads_->split(a.elements(), grain, [&](int64_t begin, int64_t end) {
    kernel(a.data() + begin, b.data() + begin, end - begin, c.data() + begin);
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
