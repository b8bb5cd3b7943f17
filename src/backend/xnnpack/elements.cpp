#include <algorithm>

#include "backend/xnnpack/kernels.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/xnnpack_backend.h"

namespace convlab {

void XnnpackBackend::normalize_input(const Tensor& x, const Tensor& scale, const Tensor& offset,
                                     const Tensor& y) {
  if (x.dtype != DType::u8 && x.dtype != DType::f16) {
    HostBackend::normalize_input(x, scale, offset, y);
    return;
  }
  const int64_t channels = scale.elements();
  const int64_t pixels = x.elements() / channels;
  const int64_t grain = std::max<int64_t>(1, parallel_grain / channels);
  threads_->split(pixels, grain, [&](int64_t begin, int64_t end) {
    float* out = y.data() + begin * channels;
    if (x.dtype == DType::u8) {
      kernels::normalize_bytes(x.data<uint8_t>() + begin * channels, scale.data(), offset.data(),
                               end - begin, channels, out);
    } else {
      kernels::normalize_halves(x.data<uint16_t>() + begin * channels, scale.data(), offset.data(),
                                end - begin, channels, out);
    }
  });
}

void XnnpackBackend::binary(BinaryOp op, const Tensor& a, const Tensor& b, const Tensor& c) {
  const auto kernel = op == BinaryOp::add ? kernels::add : kernels::multiply;
  threads_->split(a.elements(), parallel_grain, [&](int64_t begin, int64_t end) {
    kernel(a.data() + begin, b.data() + begin, end - begin, c.data() + begin);
  });
}

void XnnpackBackend::add_row(const Tensor& x, const Tensor& row, const Tensor& y) {
  const int64_t columns = row.elements();
  threads_->split_batch({x.elements() / columns, columns}, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin * columns; at < end * columns; at += columns)
      kernels::add(x.data() + at, row.data(), columns, y.data() + at);
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
  const int64_t image = x.shape.sample_shape().elements();
  const int64_t channels = scales.elements() / x.shape[0];
  threads_->split_batch(x.shape, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin * image; at < end * image; at += channels) {
      kernels::multiply(x.data() + at, scales.data() + at / image * channels, channels,
                        y.data() + at);
    }
  });
}

void XnnpackBackend::scale_channels_grad(const Tensor& x, const Tensor& dy, const Tensor& dscales) {
  const int64_t image = x.shape.sample_shape().elements();
  const int64_t channels = dscales.elements() / x.shape[0];
  threads_->split_batch(x.shape, [&](int64_t begin, int64_t end) {
    std::fill_n(dscales.data() + begin * channels, (end - begin) * channels, 0.0F);
    for (int64_t at = begin * image; at < end * image; at += channels) {
      kernels::multiply_add(x.data() + at, dy.data() + at, channels,
                            dscales.data() + at / image * channels);
    }
  });
}

void XnnpackBackend::dropout_mask(const DropoutDesc& desc, const Tensor& mask) {
  const int64_t whole_blocks = mask.elements() / 4;
  const uint64_t offset = step().step << 32;
  threads_->split(whole_blocks, parallel_grain / 16, [&](int64_t begin, int64_t end) {
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
