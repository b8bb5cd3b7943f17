#include <algorithm>
#include <cmath>

#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/xnnpack_backend.h"

// All inner loops run over the channels of one pixel.

namespace convlab {

namespace {

// s[c] = bias + alpha · Σ x[j]² over the channels j in the neighbourhood of c.
void divisors(const LocalResponseNormDesc& desc, const float* x, int64_t channels, float* s) {
  std::fill_n(s, channels, desc.bias);
  for (int64_t shift = -(desc.size / 2); shift < desc.size - desc.size / 2; ++shift) {
    const int64_t last = std::min(channels, channels - shift);
    for (int64_t c = std::max<int64_t>(0, -shift); c < last; ++c)
      s[c] += desc.alpha * x[c + shift] * x[c + shift];
  }
}

// s = s^-beta.
void raise(float beta, int64_t channels, float* s) {
  if (beta == 0.75F) {  // the published value; only square roots vectorise
    for (int64_t c = 0; c < channels; ++c) {
      const float root = 1.0F / std::sqrt(s[c]);
      s[c] = root * std::sqrt(root);
    }
    return;
  }
  for (int64_t c = 0; c < channels; ++c) s[c] = std::pow(s[c], -beta);
}

// sums[c] = Σ terms[j] over the channels j that have c in their neighbourhood.
void sum_terms(int64_t size, const float* terms, int64_t channels, float* sums) {
  std::fill_n(sums, channels, 0.0F);
  for (int64_t shift = size / 2 - size + 1; shift <= size / 2; ++shift) {
    const int64_t last = std::min(channels, channels - shift);
    for (int64_t c = std::max<int64_t>(0, -shift); c < last; ++c) sums[c] += terms[c + shift];
  }
}

// With s[c] from divisors(): dx[c] = dy[c] · s[c]^-beta - 2 · alpha · beta · x[c] · Σ dy[j] · x[j]
// · s[j]^(-beta - 1). `scratch` has 3 · channels floats.
void grad(const LocalResponseNormDesc& desc, const float* x, const float* dy, int64_t channels,
          float* scratch, float* dx) {
  float* terms = scratch;
  float* powers = terms + channels;
  float* sums = powers + channels;
  divisors(desc, x, channels, terms);
  std::copy_n(terms, channels, powers);
  raise(desc.beta, channels, powers);
  for (int64_t c = 0; c < channels; ++c) terms[c] = dy[c] * x[c] * powers[c] / terms[c];
  sum_terms(desc.size, terms, channels, sums);
  const float factor = 2 * desc.alpha * desc.beta;
  for (int64_t c = 0; c < channels; ++c) dx[c] = dy[c] * powers[c] - factor * x[c] * sums[c];
}

}  // namespace

void XnnpackBackend::local_response_norm(const LocalResponseNormDesc& desc, const Tensor& x,
                                         const Tensor& y) {
  const int64_t channels = x.shape[x.shape.rank() - 1];
  const int64_t pixels = x.elements() / channels;
  threads_->split(pixels, std::max<int64_t>(1, 8192 / channels), [&](int64_t begin, int64_t end) {
    for (int64_t at = begin * channels; at < end * channels; at += channels) {
      float* pixel = y.data() + at;
      divisors(desc, x.data() + at, channels, pixel);
      raise(desc.beta, channels, pixel);
      for (int64_t c = 0; c < channels; ++c) pixel[c] *= x.data()[at + c];
    }
  });
}

void XnnpackBackend::local_response_norm_grad(const LocalResponseNormDesc& desc, const Tensor& x,
                                              const Tensor& dy, const Tensor& dx) {
  const int64_t channels = x.shape[x.shape.rank() - 1];
  const int64_t image = x.shape.sample_shape().elements();
  const int64_t worker_floats = 3 * channels + 16;  // no cache line is shared by workers
  float* scratches = scratch(worker_floats * threads_->count());
  threads_->run(static_cast<size_t>(x.shape[0]), [&](size_t index, size_t worker) {
    float* own = scratches + static_cast<int64_t>(worker) * worker_floats;
    const int64_t begin = static_cast<int64_t>(index) * image;
    for (int64_t at = begin; at < begin + image; at += channels)
      grad(desc, x.data() + at, dy.data() + at, channels, own, dx.data() + at);
  });
}

}  // namespace convlab
