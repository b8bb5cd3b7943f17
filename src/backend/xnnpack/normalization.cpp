#include <algorithm>
#include <cmath>

#include "backend/xnnpack/kernels.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/xnnpack_backend.h"

namespace convlab {

namespace {

constexpr int64_t rows_per_block = 512;

int64_t channels_of(const Tensor& x) { return x.shape[x.shape.rank() - 1]; }
float value_or(const Tensor& tensor, int64_t index, float fallback) {
  return tensor ? tensor.data()[index] : fallback;
}

}  // namespace

// Blocks of rows are summed by any thread and then added in order, so results are bitwise equal for
// any number of threads. The first row is subtracted before squares are summed: it is close to the
// mean, and a large mean would cancel the digits of the variance.
void XnnpackBackend::batch_norm(const BatchNormDesc& desc, const Tensor& x, const Tensor& gamma,
                                const Tensor& beta, const Tensor& running_mean,
                                const Tensor& running_variance, const Tensor& mean,
                                const Tensor& inv_std, const Tensor& y) {
  const int64_t channels = channels_of(x);
  const int64_t rows = x.elements() / channels;
  const int64_t blocks = (rows + rows_per_block - 1) / rows_per_block;
  float* sums = scratch((2 * blocks + 2) * channels);
  threads_->split(blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t first = block * rows_per_block;
      float* sum = sums + 2 * block * channels;
      kernels::sum_moments(x.data() + first * channels, x.data(),
                           std::min(rows_per_block, rows - first), channels, sum, sum + channels);
    }
  });
  float* scales = sums + 2 * blocks * channels;
  float* offsets = scales + channels;
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    double squares = 0;
    for (int64_t block = 0; block < blocks; ++block) {
      sum += sums[2 * block * channels + c];
      squares += sums[(2 * block + 1) * channels + c];
    }
    const double shifted = sum / static_cast<double>(rows);
    const double variance = std::max(squares / static_cast<double>(rows) - shifted * shifted, 0.0);
    const double center = x.data()[c] + shifted;
    const double root = 1 / std::sqrt(variance + double{desc.epsilon});
    const auto move = [&](float& running, double now) {
      running += static_cast<float>((1 - double{desc.momentum}) * (now - running));
    };
    move(running_mean.data()[c], center);
    move(running_variance.data()[c], variance);
    mean.data()[c] = static_cast<float>(center);
    inv_std.data()[c] = static_cast<float>(root);
    scales[c] = static_cast<float>(root * value_or(gamma, c, 1));
    offsets[c] = value_or(beta, c, 0);
  }
  threads_->split(rows, rows_per_block, [&](int64_t begin, int64_t end) {
    kernels::scale_rows(x.data() + begin * channels, mean.data(), scales, offsets, end - begin,
                        channels, y.data() + begin * channels);
  });
}

void XnnpackBackend::batch_norm_grad(const Tensor& x, const Tensor& gamma, const Tensor& mean,
                                     const Tensor& inv_std, const Tensor& dy, const Tensor& dx,
                                     const Tensor& dgamma, const Tensor& dbeta) {
  const int64_t channels = channels_of(x);
  const int64_t rows = x.elements() / channels;
  const int64_t blocks = (rows + rows_per_block - 1) / rows_per_block;
  float* sums = scratch((2 * blocks + 3) * channels);
  threads_->split(blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t first = block * rows_per_block;
      float* sum = sums + 2 * block * channels;
      kernels::sum_norm_grads(x.data() + first * channels, mean.data(),
                              dy.data() + first * channels, std::min(rows_per_block, rows - first),
                              channels, sum, sum + channels);
    }
  });
  // dx = scale · (dy - mean(dy) - x̂ · mean(dy · x̂)) = dy · scale + (x - mean) · slope + offset
  float* scales = sums + 2 * blocks * channels;
  float* slopes = scales + channels;
  float* offsets = slopes + channels;
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    double product = 0;
    for (int64_t block = 0; block < blocks; ++block) {
      sum += sums[2 * block * channels + c];
      product += sums[(2 * block + 1) * channels + c];
    }
    const double root = inv_std.data()[c];
    product *= root;
    if (dbeta) dbeta.data()[c] = static_cast<float>(sum);
    if (dgamma) dgamma.data()[c] = static_cast<float>(product);
    const double scale = root * value_or(gamma, c, 1);
    scales[c] = static_cast<float>(scale);
    slopes[c] = static_cast<float>(-scale * root * product / static_cast<double>(rows));
    offsets[c] = static_cast<float>(-scale * sum / static_cast<double>(rows));
  }
  if (!dx) return;
  threads_->split(rows, rows_per_block, [&](int64_t begin, int64_t end) {
    const int64_t at = begin * channels;
    kernels::norm_grad({scales, slopes, offsets}, x.data() + at, mean.data(), dy.data() + at,
                       end - begin, channels, dx.data() + at);
  });
}

void XnnpackBackend::normalize(float epsilon, const Tensor& x, const Tensor& mean,
                               const Tensor& variance, const Tensor& gamma, const Tensor& beta,
                               const Tensor& y) {
  const int64_t channels = channels_of(x);
  const int64_t rows = x.elements() / channels;
  float* centers = scratch(3 * channels);
  float* scales = centers + channels;
  float* offsets = scales + channels;
  for (int64_t c = 0; c < channels; ++c) {
    centers[c] = value_or(mean, c, 0);
    scales[c] = value_or(gamma, c, 1) / std::sqrt(variance.data()[c] + epsilon);
    offsets[c] = value_or(beta, c, 0);
  }
  threads_->split(rows, std::max<int64_t>(1, parallel_grain / channels),
                  [&](int64_t begin, int64_t end) {
                    kernels::scale_rows(x.data() + begin * channels, centers, scales, offsets,
                                        end - begin, channels, y.data() + begin * channels);
                  });
}

}  // namespace convlab
