#include <algorithm>
#include <cmath>

#include "backend/host/host_backend.h"

namespace convlab {

namespace {

/// The channels whose squares are summed for channel c: [first, last).
struct Neighbours {
  Neighbours(const LocalResponseNormDesc& desc, int64_t c, int64_t channels)
      : first(std::max<int64_t>(c - desc.size / 2, 0)),
        last(std::min(c - desc.size / 2 + desc.size, channels)) {}

  int64_t first, last;
};

/// Returns bias + alpha · Σ x², the base of the power beta.
double divisor(const LocalResponseNormDesc& desc, const float* pixel, int64_t c, int64_t channels) {
  const Neighbours near(desc, c, channels);
  double sum = 0;
  for (int64_t j = near.first; j < near.last; ++j) sum += double{pixel[j]} * pixel[j];
  return desc.bias + desc.alpha * sum;
}

}  // namespace

void HostBackend::local_response_norm(const LocalResponseNormDesc& desc, const Tensor& x,
                                      const Tensor& y) {
  const int64_t channels = x.shape[x.shape.rank() - 1];
  for (int64_t i = 0; i < x.elements(); ++i) {
    const int64_t c = i % channels;
    const double power = std::pow(divisor(desc, x.data() + i - c, c, channels), -desc.beta);
    y.data()[i] = static_cast<float>(x.data()[i] * power);
  }
}

// With s[c] = divisor: dx[c] = dy[c] · s[c]^-beta - 2 · alpha · beta · x[c] · Σ dy[j] · x[j] ·
// s[j]^(-beta - 1), the sum over the channels j that have c among their neighbours.
void HostBackend::local_response_norm_grad(const LocalResponseNormDesc& desc, const Tensor& x,
                                           const Tensor& dy, const Tensor& dx) {
  const int64_t channels = x.shape[x.shape.rank() - 1];
  for (int64_t first = 0; first < x.elements(); first += channels) {
    const float* pixel = x.data() + first;
    float* grad = dx.data() + first;
    std::fill_n(grad, channels, 0.0F);
    for (int64_t j = 0; j < channels; ++j) {
      const double s = divisor(desc, pixel, j, channels);
      const double power = std::pow(s, -desc.beta);
      const double dyj = dy.data()[first + j];
      const double spread = 2.0 * desc.alpha * desc.beta * dyj * pixel[j] * power / s;
      const Neighbours near(desc, j, channels);
      for (int64_t c = near.first; c < near.last; ++c)
        grad[c] -= static_cast<float>(spread * pixel[c]);
      grad[j] += static_cast<float>(dyj * power);
    }
  }
}

}  // namespace convlab
