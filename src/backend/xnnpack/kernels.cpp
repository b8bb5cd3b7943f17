#include "backend/xnnpack/kernels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/float16.h"
#include "core/random.h"

// Native builds target baseline x86-64, so the loops that gain most get a second version for AVX2,
// chosen at program start.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define CONVLAB_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define CONVLAB_CLONES
#endif

// Placed before a loop whose output may be one of its inputs. Compilers check for overlap before
// they vectorise; clang treats two equal arrays as overlapping and runs the scalar loop, at a
// quarter of the speed.
#ifdef __clang__
#define CONVLAB_IN_PLACE _Pragma("clang loop vectorize(assume_safety)")
#else
#define CONVLAB_IN_PLACE _Pragma("GCC ivdep")
#endif

namespace convlab::kernels {

// The rows of images have one or three columns, which is too short for a loop: several rows are
// taken as one.
CONVLAB_CLONES void normalize_bytes(const uint8_t* x, const float* scales, const float* offsets,
                                    int64_t rows, int64_t columns, float* y) {
  constexpr int64_t together = 64;
  constexpr int64_t max_columns = 4;
  float more_scales[together * max_columns];
  float more_offsets[together * max_columns];
  int64_t step = columns;
  if (columns <= max_columns) {
    step = together * columns;
    for (int64_t i = 0; i < step; ++i) {
      more_scales[i] = scales[i % columns];
      more_offsets[i] = offsets[i % columns];
    }
    scales = more_scales;
    offsets = more_offsets;
  }
  const uint8_t* end = x + rows * columns;
  while (x < end) {
    const int64_t count = std::min<int64_t>(step, end - x);
    for (int64_t i = 0; i < count; ++i) y[i] = static_cast<float>(x[i]) * scales[i] + offsets[i];
    x += count;
    y += count;
  }
}

CONVLAB_CLONES void normalize_halves(const uint16_t* x, const float* scales, const float* offsets,
                                     int64_t rows, int64_t columns, float* y) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < columns; ++i) y[i] = float_of_float16(x[i]) * scales[i] + offsets[i];
    x += columns;
    y += columns;
  }
}

void relu(const float* x, int64_t count, float* y) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) y[i] = std::max(x[i], 0.0F);
}

CONVLAB_CLONES void relu_grad(const float* y, const float* dy, int64_t count, float* dx) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) {
    const float grad = dy[i];  // unconditional: compilers do not vectorise conditional reads
    dx[i] = y[i] > 0.0F ? grad : 0.0F;
  }
}

void relu6(const float* x, int64_t count, float* y) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) y[i] = std::min(std::max(x[i], 0.0F), 6.0F);
}

CONVLAB_CLONES void relu6_grad(const float* y, const float* dy, int64_t count, float* dx) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) {
    const float grad = dy[i];
    dx[i] = y[i] > 0.0F && y[i] < 6.0F ? grad : 0.0F;
  }
}

void leaky_relu(const float* x, float alpha, int64_t count, float* y) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) {
    const float scaled = alpha * x[i];
    y[i] = x[i] > 0.0F ? x[i] : scaled;
  }
}

CONVLAB_CLONES void leaky_relu_grad(const float* y, float alpha, const float* dy, int64_t count,
                                    float* dx) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) {
    const float grad = dy[i];
    const float scaled = alpha * grad;
    dx[i] = y[i] > 0.0F ? grad : scaled;
  }
}

CONVLAB_CLONES void elu_grad(const float* y, float alpha, const float* dy, int64_t count,
                             float* dx) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) {
    const float grad = dy[i];
    const float scaled = (y[i] + alpha) * grad;
    dx[i] = y[i] > 0.0F ? grad : scaled;
  }
}

void hard_swish(const float* x, int64_t count, float* y) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) {
    const float gate = std::min(std::max(x[i] + 3.0F, 0.0F), 6.0F);
    y[i] = x[i] * (gate / 6.0F);
  }
}

CONVLAB_CLONES void hard_swish_grad(const float* x, const float* dy, int64_t count, float* dx) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) {
    const float bent = (2.0F * x[i] + 3.0F) / 6.0F;
    const float above = x[i] >= 3.0F ? 1.0F : bent;
    dx[i] = (x[i] <= -3.0F ? 0.0F : above) * dy[i];
  }
}

void sigmoid_grad(const float* y, const float* dy, int64_t count, float* dx) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) dx[i] = y[i] * (1.0F - y[i]) * dy[i];
}

void tanh_grad(const float* y, const float* dy, int64_t count, float* dx) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) dx[i] = (1.0F - y[i] * y[i]) * dy[i];
}

void silu_grad(const float* x, const float* s, const float* dy, int64_t count, float* dx) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) dx[i] = s[i] * (1.0F + x[i] * (1.0F - s[i])) * dy[i];
}

void half_square(const float* x, int64_t count, float* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = -0.5F * x[i] * x[i];
}

// The derivative is Φ(x) + x · φ(x) with Φ = g / x and φ = exp(-x² / 2) / √(2π), where exp(t) = s /
// (1 - s) for s = sigmoid(t).
CONVLAB_CLONES void gelu_grad(const float* x, const float* g, const float* s, const float* dy,
                              int64_t count, float* dx) {
  constexpr float inv_sqrt_2pi = 0.3989422804F;
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) {
    const float quotient = g[i] / x[i];
    const float cdf = std::abs(x[i]) < 1e-30F ? 0.5F : quotient;
    const float density = s[i] / (1.0F - s[i]) * inv_sqrt_2pi;
    dx[i] = (cdf + x[i] * density) * dy[i];
  }
}

void affine(const float* x, float alpha, float beta, int64_t count, float* y) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) y[i] = alpha * x[i] + beta;
}

void keep_nan(const float* x, const float* values, int64_t count, float* y) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) {
    const float value = values[i];
    const float given = x[i];
    y[i] = given == given ? value : given;
  }
}

void add(const float* a, const float* b, int64_t count, float* c) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) c[i] = a[i] + b[i];
}

void multiply(const float* a, const float* b, int64_t count, float* c) {
  CONVLAB_IN_PLACE
  for (int64_t i = 0; i < count; ++i) c[i] = a[i] * b[i];
}

CONVLAB_CLONES void multiply_add(const float* a, const float* b, int64_t count, float* sums) {
  for (int64_t i = 0; i < count; ++i) sums[i] += a[i] * b[i];
}

CONVLAB_CLONES void sum_rows(const float* x, int64_t rows, int64_t columns, float* sums) {
  std::fill_n(sums, columns, 0.0F);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) sums[c] += x[r * columns + c];
  }
}

// The mean of any eighth of the rows is at most √8 standard deviations from the mean of all, so the
// squares of the distances from it lose no digits.
CONVLAB_CLONES void moments(const float* x, int64_t rows, int64_t columns,
                            const Moments<float>& result) {
  const auto [centers, sums, squares] = result;
  const int64_t eighth = (rows + 7) / 8;
  std::fill_n(sums, columns, 0.0F);
  std::fill_n(squares, columns, 0.0F);
  for (int64_t r = 0; r < eighth; ++r) {
    for (int64_t c = 0; c < columns; ++c) sums[c] += x[r * columns + c] - x[c];
  }
  for (int64_t c = 0; c < columns; ++c) {
    centers[c] = x[c] + sums[c] / static_cast<float>(eighth);
    sums[c] = 0;
  }
  for (int64_t r = 0; r < rows; ++r, x += columns) {
    for (int64_t c = 0; c < columns; ++c) {
      const float distance = x[c] - centers[c];
      sums[c] += distance;
      squares[c] += distance * distance;
    }
  }
}

CONVLAB_CLONES void add_moments(const Moments<const float>& from, int64_t rows,
                                const float* centers, int64_t columns, double* __restrict sums,
                                double* __restrict squares) {
  const auto count = static_cast<double>(rows);
  for (int64_t c = 0; c < columns; ++c) {
    const double sum = from.sums[c];
    const double move = double{from.centers[c]} - centers[c];
    sums[c] += sum + count * move;
    squares[c] += from.squares[c] + move * (2 * sum + count * move);
  }
}

CONVLAB_CLONES void scale_rows(const float* x, const float* centers, const float* scales,
                               const float* offsets, int64_t rows, int64_t columns, float* y) {
  for (int64_t r = 0; r < rows; ++r, x += columns, y += columns) {
    CONVLAB_IN_PLACE
    for (int64_t c = 0; c < columns; ++c) y[c] = (x[c] - centers[c]) * scales[c] + offsets[c];
  }
}

CONVLAB_CLONES void sum_norm_grads(const float* x, const float* centers, const float* dy,
                                   int64_t rows, int64_t columns, float* sums, float* products) {
  std::fill_n(sums, columns, 0.0F);
  std::fill_n(products, columns, 0.0F);
  for (int64_t r = 0; r < rows; ++r, x += columns, dy += columns) {
    for (int64_t c = 0; c < columns; ++c) {
      sums[c] += dy[c];
      products[c] += dy[c] * (x[c] - centers[c]);
    }
  }
}

CONVLAB_CLONES void norm_grad(const NormGrad& grad, const float* x, const float* centers,
                              const float* dy, int64_t rows, int64_t columns, float* dx) {
  for (int64_t r = 0; r < rows; ++r, x += columns, dy += columns, dx += columns) {
    CONVLAB_IN_PLACE
    for (int64_t c = 0; c < columns; ++c) {
      dx[c] = dy[c] * grad.scales[c] + (x[c] - centers[c]) * grad.slopes[c] + grad.offsets[c];
    }
  }
}

void dropout_mask(uint64_t seed, uint64_t stream, uint64_t offset, float rate, int64_t first_block,
                  int64_t last_block, float* mask) {
  const float kept = 1.0F / (1.0F - rate);
  for (int64_t block = first_block; block < last_block; ++block) {
    const auto bits = philox(seed, stream, offset + static_cast<uint64_t>(block));
    for (size_t lane = 0; lane < 4; ++lane) {
      mask[block * 4 + static_cast<int64_t>(lane)] = to_unit_float(bits[lane]) < rate ? 0.0F : kept;
    }
  }
}

CONVLAB_CLONES void add_max_grad(const float* x, const float* y, const float* dy, int64_t channels,
                                 uint32_t* taken, float* dx) {
  for (int64_t c = 0; c < channels; ++c) {
    const float grad = dy[c];
    const uint32_t here = static_cast<uint32_t>(x[c] == y[c]) & ~taken[c];
    dx[c] += here != 0 ? grad : 0.0F;
    taken[c] |= here;
  }
}

namespace {

// Compilers vectorise this with 32-bit masks but not with bool, and respect __restrict only in
// parameter lists.
CONVLAB_CLONES void route_max_grad_2x2(const float* x0, const float* x1, const float* x2,
                                       const float* x3, const float* y, const float* dy,
                                       int64_t channels, float* __restrict dx0,
                                       float* __restrict dx1, float* __restrict dx2,
                                       float* __restrict dx3) {
  for (int64_t c = 0; c < channels; ++c) {
    const float grad = dy[c];
    const auto at0 = static_cast<uint32_t>(x0[c] == y[c]);
    const uint32_t at1 = static_cast<uint32_t>(x1[c] == y[c]) & ~at0;
    const uint32_t at2 = static_cast<uint32_t>(x2[c] == y[c]) & ~(at0 | at1);
    const uint32_t at3 = static_cast<uint32_t>(x3[c] == y[c]) & ~(at0 | at1 | at2);
    dx0[c] = at0 != 0 ? grad : 0.0F;
    dx1[c] = at1 != 0 ? grad : 0.0F;
    dx2[c] = at2 != 0 ? grad : 0.0F;
    dx3[c] = at3 != 0 ? grad : 0.0F;
  }
}

}  // namespace

void route_max_grad_2x2(const float* x, int64_t row, const float* y, const float* dy,
                        int64_t channels, float* dx) {
  const float* below = x + row;
  float* dx_below = dx + row;
  route_max_grad_2x2(x, x + channels, below, below + channels, y, dy, channels, dx, dx + channels,
                     dx_below, dx_below + channels);
}

void sgd(const SgdStep& step, const float* grads, int64_t count, float* values, float* momenta) {
  if (momenta == nullptr) {
    for (int64_t i = 0; i < count; ++i)
      values[i] = values[i] * step.keep - step.learning_rate * grads[i];
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    const float descent = step.learning_rate * grads[i];
    momenta[i] = step.momentum * momenta[i] - descent;
    values[i] =
        values[i] * step.keep + (step.nesterov ? step.momentum * momenta[i] - descent : momenta[i]);
  }
}

CONVLAB_CLONES void adam(const AdamStep& step, const float* grads, int64_t count, float* values,
                         float* means, float* variances) {
  for (int64_t i = 0; i < count; ++i) {
    means[i] += (grads[i] - means[i]) * (1.0F - step.beta1);
    variances[i] += (grads[i] * grads[i] - variances[i]) * (1.0F - step.beta2);
    values[i] =
        values[i] * step.keep - step.rate * means[i] / (std::sqrt(variances[i]) + step.epsilon);
  }
}

CONVLAB_CLONES void rmsprop(const RmspropStep& step, const float* grads, int64_t count,
                            float* values, float* squares, float* momenta, float* means) {
  for (int64_t i = 0; i < count; ++i) {
    squares[i] += (grads[i] * grads[i] - squares[i]) * (1.0F - step.rho);
    float variance = squares[i];
    if (means != nullptr) {
      means[i] += (grads[i] - means[i]) * (1.0F - step.rho);
      variance = std::max(variance - means[i] * means[i], 0.0F);
    }
    float change = step.learning_rate * grads[i] / std::sqrt(variance + step.epsilon);
    if (momenta != nullptr) {
      change += step.momentum * momenta[i];
      momenta[i] = change;
    }
    values[i] = values[i] * step.keep - change;
  }
}

CONVLAB_CLONES void adagrad(const AdagradStep& step, const float* grads, int64_t count,
                            float* values, float* squares) {
  for (int64_t i = 0; i < count; ++i) {
    squares[i] += grads[i] * grads[i];
    values[i] = values[i] * step.keep -
                step.learning_rate * grads[i] / std::sqrt(squares[i] + step.epsilon);
  }
}

CONVLAB_CLONES void lerp(const float* x, float weight, int64_t count, float* y) {
  for (int64_t i = 0; i < count; ++i) y[i] += weight * (x[i] - y[i]);
}

CONVLAB_CLONES void clip_value(float limit, int64_t count, float* x) {
  for (int64_t i = 0; i < count; ++i) x[i] = std::clamp(x[i], -limit, limit);
}

CONVLAB_CLONES double sum_squares(const float* x, int64_t count) {
  constexpr int64_t lanes = 8;
  double sums[lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (int64_t lane = 0; lane < lanes; ++lane) sums[lane] += double{x[i + lane]} * x[i + lane];
  }
  for (; i < count; ++i) sums[i % lanes] += double{x[i]} * x[i];
  return std::accumulate(sums, sums + lanes, 0.0);
}

}  // namespace convlab::kernels
