#include <algorithm>
#include <array>
#include <cmath>

#include "backend/host/split_mean.h"
#include "backend/xnnpack/kernels.h"
#include "backend/xnnpack/threads.h"
#include "backend/xnnpack/xnnpack_backend.h"

namespace convlab {

namespace {

int64_t channels_of(const Tensor& x) { return x.shape[x.shape.rank() - 1]; }
float value_or(const Tensor& tensor, int64_t index, float fallback) {
  return tensor ? tensor.data()[index] : fallback;
}

/// Number of channels whose block sums are added at once.
constexpr int64_t tile = 64;

/// Blocks of rows that any thread sums; the sums are then added in order, so results are bitwise
/// equal for any number of threads.
struct RowBlocks {
  explicit RowBlocks(const Tensor& x)
      : rows(x.elements() / channels_of(x)), count((rows + each - 1) / each) {}

  static constexpr int64_t each = 512;

  int64_t first(int64_t block) const { return block * each; }
  int64_t size(int64_t block) const { return std::min(each, rows - first(block)); }

  int64_t rows, count;
};

}  // namespace

void XnnpackBackend::batch_norm(const BatchNormDesc& desc, const Tensor& x, const Tensor& gamma,
                                const Tensor& beta, const Tensor& running_mean,
                                const Tensor& running_variance, const Tensor& mean,
                                const Tensor& inv_std, const Tensor& y) {
  const int64_t channels = channels_of(x);
  const RowBlocks blocks(x);
  float* moments = scratch((3 * blocks.count + 2) * channels);
  threads_->split(blocks.count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      float* centers = moments + 3 * block * channels;
      kernels::moments(x.data() + blocks.first(block) * channels, blocks.size(block), channels,
                       {centers, centers + channels, centers + 2 * channels});
    }
  });
  float* scales = moments + 3 * blocks.count * channels;
  float* offsets = scales + channels;
  const auto finish = [&](int64_t c, double shifted, double squares) {
    const auto rows = static_cast<double>(blocks.rows);
    const double variance = std::max((squares - shifted * shifted / rows) / rows, 0.0);
    const double center = moments[c] + shifted / rows;
    const double root = 1 / std::sqrt(variance + double{desc.epsilon});
    const auto move = [&](float& running, double now) {
      running += static_cast<float>((1 - double{desc.momentum}) * (now - running));
    };
    move(running_mean.data()[c], center);
    move(running_variance.data()[c], variance);
    store_mean(mean, c, center);
    inv_std.data()[c] = static_cast<float>(root);
    const double scale = root * value_or(gamma, c, 1);
    scales[c] = static_cast<float>(scale);
    offsets[c] = static_cast<float>(value_or(beta, c, 0) - scale * mean_rests(mean)[c]);
  };
  for (int64_t first = 0; first < channels; first += tile) {
    const int64_t count = std::min(tile, channels - first);
    std::array<double, tile> sums{};
    std::array<double, tile> squares{};
    for (int64_t block = 0; block < blocks.count; ++block) {
      const float* centers = moments + 3 * block * channels + first;
      kernels::add_moments({centers, centers + channels, centers + 2 * channels},
                           blocks.size(block), moments + first, count, sums.data(), squares.data());
    }
    for (int64_t c = 0; c < count; ++c) {
      const auto i = static_cast<size_t>(c);
      finish(first + c, sums[i], squares[i]);
    }
  }
  threads_->split(blocks.rows, blocks.each, [&](int64_t begin, int64_t end) {
    kernels::scale_rows(x.data() + begin * channels, rounded_means(mean), scales, offsets,
                        end - begin, channels, y.data() + begin * channels);
  });
}

void XnnpackBackend::batch_norm_grad(const Tensor& x, const Tensor& gamma, const Tensor& mean,
                                     const Tensor& inv_std, const Tensor& dy, const Tensor& dx,
                                     const Tensor& dgamma, const Tensor& dbeta) {
  const int64_t channels = channels_of(x);
  const RowBlocks blocks(x);
  float* sums = scratch((2 * blocks.count + 3) * channels);
  threads_->split(blocks.count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t at = blocks.first(block) * channels;
      float* sum = sums + 2 * block * channels;
      kernels::sum_norm_grads(x.data() + at, rounded_means(mean), dy.data() + at,
                              blocks.size(block), channels, sum, sum + channels);
    }
  });
  // dx = scale · (dy - mean(dy) - x̂ · mean(dy · x̂)) = dy · scale + (x - mean) · slope + offset
  float* scales = sums + 2 * blocks.count * channels;
  float* slopes = scales + channels;
  float* offsets = slopes + channels;
  const auto rows = static_cast<double>(blocks.rows);
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    double product = 0;
    for (int64_t block = 0; block < blocks.count; ++block) {
      sum += sums[2 * block * channels + c];
      product += sums[(2 * block + 1) * channels + c];
    }
    const double rest = mean_rests(mean)[c];
    const double root = inv_std.data()[c];
    product = (product - rest * sum) * root;
    if (dbeta) dbeta.data()[c] = static_cast<float>(sum);
    if (dgamma) dgamma.data()[c] = static_cast<float>(product);
    const double scale = root * value_or(gamma, c, 1);
    scales[c] = static_cast<float>(scale);
    const double slope = -scale * root * product / rows;
    slopes[c] = static_cast<float>(slope);
    offsets[c] = static_cast<float>(-scale * sum / rows - slope * rest);
  }
  if (!dx) return;
  threads_->split(blocks.rows, blocks.each, [&](int64_t begin, int64_t end) {
    const int64_t at = begin * channels;
    kernels::norm_grad({scales, slopes, offsets}, x.data() + at, rounded_means(mean),
                       dy.data() + at, end - begin, channels, dx.data() + at);
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
