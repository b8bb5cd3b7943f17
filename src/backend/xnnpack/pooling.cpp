#include <algorithm>
#include <array>

#include "backend/xnnpack/kernels.h"
#include "backend/xnnpack/operators.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/xnnpack_backend.h"

namespace convlab {

namespace {

struct PoolState final : OpState {
  Operator op;
};

Operator create_max_pool(const Pool2dDesc& d) {
  const OutputRange range(Activation::none);
  const auto u32 = [](int64_t value) { return static_cast<uint32_t>(value); };
  xnn_operator_t created = nullptr;
  check(xnn_create_max_pooling2d_nhwc_f32(u32(d.padding.top), u32(d.padding.right),
                                          u32(d.padding.bottom), u32(d.padding.left),
                                          u32(d.window.h), u32(d.window.w), u32(d.stride.h),
                                          u32(d.stride.w), 1, 1, range.min, range.max, 0, &created),
        "max pooling");
  return Operator(created);
}

// XNNPACK does not support windows of one pixel or strides larger than the window.
bool is_for_xnnpack(const Pool2dDesc& d) {
  return d.window.h * d.window.w > 1 && d.stride.h <= d.window.h && d.stride.w <= d.window.w;
}

// The common case of 2×2 windows without overlap: each input pixel belongs to at most one window.
bool is_2x2_apart(const Pool2dDesc& d) {
  return d.window == Size2d{2, 2} && d.stride == Size2d{2, 2} && d.padding == Padding2d{};
}

// The gradient functions below process one image.

void grad_2x2(const Shape& in, const Shape& out, const float* x, const float* y, const float* dy,
              float* dx) {
  const int64_t channels = in[3];
  const int64_t row = in[2] * channels;
  const bool covered = out[1] * 2 == in[1] && out[2] * 2 == in[2];
  if (!covered) std::fill_n(dx, in[1] * row, 0.0F);
  for (int64_t oy = 0; oy < out[1]; ++oy) {
    for (int64_t ox = 0; ox < out[2]; ++ox, y += channels, dy += channels) {
      const int64_t at = 2 * (oy * row + ox * channels);
      kernels::route_max_grad_2x2(x + at, row, y, dy, channels, dx + at);
    }
  }
}

void grad_any(const Pool2dDesc& d, const Shape& in, const Shape& out, const float* x,
              const float* y, const float* dy, float* dx) {
  constexpr int64_t channels_at_once = 256;
  std::array<uint32_t, channels_at_once> taken{};  // per channel: whether the maximum was found
  const int64_t channels = in[3];
  std::fill_n(dx, in[1] * in[2] * channels, 0.0F);
  for (int64_t oy = 0; oy < out[1]; ++oy) {
    const int64_t row = oy * d.stride.h - d.padding.top;
    for (int64_t ox = 0; ox < out[2]; ++ox, y += channels, dy += channels) {
      const int64_t column = ox * d.stride.w - d.padding.left;
      for (int64_t first = 0; first < channels; first += channels_at_once) {
        const int64_t count = std::min(channels - first, channels_at_once);
        taken.fill(0);
        for (int64_t iy = std::max<int64_t>(row, 0); iy < std::min(row + d.window.h, in[1]); ++iy) {
          for (int64_t ix = std::max<int64_t>(column, 0); ix < std::min(column + d.window.w, in[2]);
               ++ix) {
            const int64_t at = (iy * in[2] + ix) * channels + first;
            kernels::add_max_grad(x + at, y + first, dy + first, count, taken.data(), dx + at);
          }
        }
      }
    }
  }
}

}  // namespace

void XnnpackBackend::max_pool2d(OpContext op, const Pool2dDesc& desc, const Tensor& x,
                                const Tensor& y) {
  if (!is_for_xnnpack(desc)) {
    HostBackend::max_pool2d(op, desc, x, y);
    return;
  }
  if (!op.slot) {
    auto state = std::make_unique<PoolState>();
    state->op = create_max_pool(desc);
    op.slot = std::move(state);
  }
  xnn_operator_t pool = static_cast<PoolState&>(*op.slot).op.get();
  const auto size = [&](int axis) { return static_cast<size_t>(x.shape[axis]); };
  check(xnn_reshape_max_pooling2d_nhwc_f32(pool, size(0), size(1), size(2), size(3), size(3),
                                           size(3), nullptr, nullptr, threads_->pool()),
        "max pooling");
  check(xnn_setup_max_pooling2d_nhwc_f32(pool, x.data(), y.data()), "max pooling");
  check(xnn_run_operator(pool, threads_->pool()), "max pooling");
}

void XnnpackBackend::max_pool2d_grad(const Pool2dDesc& desc, const Tensor& x, const Tensor& y,
                                     const Tensor& dy, const Tensor& dx) {
  const bool is_simple = is_2x2_apart(desc);
  const int64_t in = x.elements() / x.shape[0];
  const int64_t out = y.elements() / y.shape[0];
  threads_->split_batch(x.shape, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      const float* maxima = y.data() + n * out;
      const float* grads = dy.data() + n * out;
      if (is_simple) {
        grad_2x2(x.shape, y.shape, x.data() + n * in, maxima, grads, dx.data() + n * in);
      } else {
        grad_any(desc, x.shape, y.shape, x.data() + n * in, maxima, grads, dx.data() + n * in);
      }
    }
  });
}

void XnnpackBackend::avg_pool2d(const Pool2dDesc& desc, const Tensor& x, const Tensor& y) {
  threads_->split_batch(x.shape, [&](int64_t begin, int64_t end) {
    HostBackend::avg_pool2d(desc, x.part(begin, end), y.part(begin, end));
  });
}

void XnnpackBackend::avg_pool2d_grad(const Pool2dDesc& desc, const Tensor& dy, const Tensor& dx) {
  threads_->split_batch(dx.shape, [&](int64_t begin, int64_t end) {
    HostBackend::avg_pool2d_grad(desc, dy.part(begin, end), dx.part(begin, end));
  });
}

}  // namespace convlab
