#include <algorithm>

#include "backend/host/host_backend.h"

namespace convlab {

namespace {

/// The pixels of one window that lie inside the image: rows [top, bottom), columns [left, right).
struct Window {
  Window(const Pool2dDesc& desc, const Shape& x, int64_t out_row, int64_t out_column) {
    const int64_t first_row = out_row * desc.stride.h - desc.padding.top;
    const int64_t first_column = out_column * desc.stride.w - desc.padding.left;
    top = std::max<int64_t>(first_row, 0);
    bottom = std::min(first_row + desc.window.h, x[1]);
    left = std::max<int64_t>(first_column, 0);
    right = std::min(first_column + desc.window.w, x[2]);
  }

  int64_t pixels() const { return (bottom - top) * (right - left); }

  int64_t top, bottom, left, right;
};

int64_t element(const Shape& shape, int64_t n, int64_t row, int64_t column, int64_t channel) {
  return ((n * shape[1] + row) * shape[2] + column) * shape[3] + channel;
}

/// Returns the index into x of the first maximum of the window.
int64_t first_maximum(const Tensor& x, const Window& window, int64_t n, int64_t channel) {
  int64_t best = element(x.shape, n, window.top, window.left, channel);
  for (int64_t row = window.top; row < window.bottom; ++row) {
    for (int64_t column = window.left; column < window.right; ++column) {
      const int64_t index = element(x.shape, n, row, column, channel);
      if (x.data()[index] > x.data()[best]) best = index;
    }
  }
  return best;
}

/// Calls visit(window, index of its image in the batch, index into y of its output pixel) for each
/// window.
template <class Visit>
void for_each_window(const Pool2dDesc& desc, const Shape& x, const Shape& y, Visit visit) {
  int64_t output = 0;
  for (int64_t n = 0; n < y[0]; ++n) {
    for (int64_t row = 0; row < y[1]; ++row) {
      for (int64_t column = 0; column < y[2]; ++column, output += y[3]) {
        visit(Window(desc, x, row, column), n, output);
      }
    }
  }
}

/// Calls visit(index into x of the first maximum, index into y) for each window and channel.
template <class Visit>
void for_each_maximum(const Pool2dDesc& desc, const Tensor& x, const Shape& y, Visit visit) {
  for_each_window(desc, x.shape, y, [&](const Window& window, int64_t n, int64_t output) {
    for (int64_t channel = 0; channel < y[3]; ++channel)
      visit(first_maximum(x, window, n, channel), output + channel);
  });
}

}  // namespace

void HostBackend::max_pool2d(OpContext /*op*/, const Pool2dDesc& desc, const Tensor& x,
                             const Tensor& y) {
  for_each_maximum(desc, x, y.shape,
                   [&](int64_t from, int64_t to) { y.data()[to] = x.data()[from]; });
}

void HostBackend::max_pool2d_grad(const Pool2dDesc& desc, const Tensor& x, const Tensor& y,
                                  const Tensor& dy, const Tensor& dx) {
  HostBackend::fill(dx, 0);
  for_each_maximum(desc, x, y.shape,
                   [&](int64_t to, int64_t from) { dx.data()[to] += dy.data()[from]; });
}

void HostBackend::avg_pool2d(const Pool2dDesc& desc, const Tensor& x, const Tensor& y) {
  const int64_t channels = x.shape[3];
  for_each_window(desc, x.shape, y.shape, [&](const Window& window, int64_t n, int64_t output) {
    for (int64_t channel = 0; channel < channels; ++channel) {
      double sum = 0;
      for (int64_t row = window.top; row < window.bottom; ++row) {
        for (int64_t column = window.left; column < window.right; ++column)
          sum += x.data()[element(x.shape, n, row, column, channel)];
      }
      y.data()[output + channel] = static_cast<float>(sum / static_cast<double>(window.pixels()));
    }
  });
}

void HostBackend::avg_pool2d_grad(const Pool2dDesc& desc, const Tensor& dy, const Tensor& dx) {
  const int64_t channels = dx.shape[3];
  HostBackend::fill(dx, 0);
  for_each_window(desc, dx.shape, dy.shape, [&](const Window& window, int64_t n, int64_t output) {
    const float weight = 1.0F / static_cast<float>(window.pixels());
    for (int64_t row = window.top; row < window.bottom; ++row) {
      for (int64_t column = window.left; column < window.right; ++column) {
        float* pixel = dx.data() + element(dx.shape, n, row, column, 0);
        for (int64_t channel = 0; channel < channels; ++channel)
          pixel[channel] += dy.data()[output + channel] * weight;
      }
    }
  });
}

}  // namespace convlab
