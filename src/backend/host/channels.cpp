#include <algorithm>
#include <functional>

#include "backend/host/host_backend.h"

namespace convlab {

void HostBackend::copy_columns(const Tensor& x, int64_t x_first, const Tensor& y, int64_t y_first,
                               int64_t count) {
  const int64_t x_columns = x.shape[x.shape.rank() - 1];
  const int64_t y_columns = y.shape[y.shape.rank() - 1];
  const int64_t rows = x.elements() / x_columns;
  for (int64_t r = 0; r < rows; ++r) {
    std::copy_n(x.data() + r * x_columns + x_first, count, y.data() + r * y_columns + y_first);
  }
}

void HostBackend::add_row(const Tensor& x, const Tensor& row, const Tensor& y) {
  const int64_t columns = row.elements();
  for (int64_t i = 0; i < x.elements(); ++i) y.data()[i] = x.data()[i] + row.data()[i % columns];
}

void HostBackend::scale_channels(const Tensor& x, const Tensor& scales, const Tensor& y) {
  const int64_t batch = x.shape[0];
  const int64_t channels = scales.elements() / batch;
  const int64_t pixels = x.elements() / scales.elements();
  for (int64_t n = 0; n < batch; ++n) {
    const float* scale = scales.data() + n * channels;
    for (int64_t p = n * pixels; p < (n + 1) * pixels; ++p) {
      const float* from = x.data() + p * channels;
      std::transform(from, from + channels, scale, y.data() + p * channels, std::multiplies<>());
    }
  }
}

void HostBackend::scale_channels_grad(const Tensor& x, const Tensor& dy, const Tensor& dscales) {
  const int64_t batch = x.shape[0];
  const int64_t channels = dscales.elements() / batch;
  const int64_t pixels = x.elements() / dscales.elements();
  for (int64_t n = 0; n < batch; ++n) {
    for (int64_t c = 0; c < channels; ++c) {
      double sum = 0;
      for (int64_t p = n * pixels; p < (n + 1) * pixels; ++p)
        sum += double{x.data()[p * channels + c]} * dy.data()[p * channels + c];
      dscales.data()[n * channels + c] = static_cast<float>(sum);
    }
  }
}

}  // namespace convlab
