#pragma once

#include <cstdint>

/// Elementwise loops, simple enough for compilers to vectorise. An output may be the same array as
/// an input of equal size, but must not overlap an input in any other way.
namespace convlab::kernels {

/// y[r, c] = x[r, c] · scales[c] + offsets[c].
void normalize_bytes(const uint8_t* x, const float* scales, const float* offsets, int64_t rows,
                     int64_t columns, float* y);
/// The same of binary16 numbers (core/float16.h).
void normalize_halves(const uint16_t* x, const float* scales, const float* offsets, int64_t rows,
                      int64_t columns, float* y);
void relu(const float* x, int64_t count, float* y);
/// dx = y > 0 ? dy : 0.
void relu_grad(const float* y, const float* dy, int64_t count, float* dx);
void relu6(const float* x, int64_t count, float* y);
/// dx = 0 < y < 6 ? dy : 0.
void relu6_grad(const float* y, const float* dy, int64_t count, float* dx);
/// y = x > 0 ? x : alpha · x.
void leaky_relu(const float* x, float alpha, int64_t count, float* y);
/// dx = y > 0 ? dy : alpha · dy.
void leaky_relu_grad(const float* y, float alpha, const float* dy, int64_t count, float* dx);
/// dx = y > 0 ? dy : (y + alpha) · dy.
void elu_grad(const float* y, float alpha, const float* dy, int64_t count, float* dx);
void hard_swish(const float* x, int64_t count, float* y);
void hard_swish_grad(const float* x, const float* dy, int64_t count, float* dx);
/// dx = y · (1 - y) · dy.
void sigmoid_grad(const float* y, const float* dy, int64_t count, float* dx);
/// dx = (1 - y²) · dy.
void tanh_grad(const float* y, const float* dy, int64_t count, float* dx);
/// dx = dy times the derivative of x · s, with s = sigmoid(x).
void silu_grad(const float* x, const float* s, const float* dy, int64_t count, float* dx);
/// y = -x² / 2.
void half_square(const float* x, int64_t count, float* y);
/// dx = dy times the derivative of g = gelu(x), with s = sigmoid(-x² / 2).
void gelu_grad(const float* x, const float* g, const float* s, const float* dy, int64_t count,
               float* dx);
/// y = alpha · x + beta.
void affine(const float* x, float alpha, float beta, int64_t count, float* y);
/// y = NaN where x is NaN, else `values`.
void keep_nan(const float* x, const float* values, int64_t count, float* y);
void add(const float* a, const float* b, int64_t count, float* c);
void multiply(const float* a, const float* b, int64_t count, float* c);
/// sums += a · b.
void multiply_add(const float* a, const float* b, int64_t count, float* sums);
/// sums[c] = Σ_r x[r, c] over `rows` rows.
void sum_rows(const float* x, int64_t rows, int64_t columns, float* sums);
/// Of each column: a number near the mean, the sum of the distances from it and that of their
/// squares.
template <class Float>
struct Moments {
  Float *centers, *sums, *squares;
};
void moments(const float* x, int64_t rows, int64_t columns, const Moments<float>& result);
/// Adds the moments of `rows` rows, taken from other `centers`, to `sums` and `squares`.
void add_moments(const Moments<const float>& from, int64_t rows, const float* centers,
                 int64_t columns, double* sums, double* squares);
/// y[r, c] = (x[r, c] - centers[c]) · scales[c] + offsets[c].
void scale_rows(const float* x, const float* centers, const float* scales, const float* offsets,
                int64_t rows, int64_t columns, float* y);
/// sums[c] = Σ_r dy[r, c], products[c] = Σ_r dy[r, c] · (x[r, c] - centers[c]).
void sum_norm_grads(const float* x, const float* centers, const float* dy, int64_t rows,
                    int64_t columns, float* sums, float* products);
struct NormGrad {
  const float *scales, *slopes, *offsets;  ///< one value per column
};
/// dx = dy · scale + (x - center) · slope + offset.
void norm_grad(const NormGrad& grad, const float* x, const float* centers, const float* dy,
               int64_t rows, int64_t columns, float* dx);
/// Writes elements [4 · first_block, 4 · last_block) of the mask of Backend::dropout_mask.
void dropout_mask(uint64_t seed, uint64_t stream, uint64_t offset, float rate, int64_t first_block,
                  int64_t last_block, float* mask);
/// One pixel of a window of Backend::max_pool2d_grad: where x equals the maximum y and taken is 0,
/// adds dy to dx and sets taken to 1.
void add_max_grad(const float* x, const float* y, const float* dy, int64_t channels,
                  uint32_t* taken, float* dx);
/// All four pixels of a 2×2 window that overlaps no other window, in images with `row` floats per
/// row: sets dx to dy at the first pixel that equals the maximum y, and to 0 at the others.
void route_max_grad_2x2(const float* x, int64_t row, const float* y, const float* dy,
                        int64_t channels, float* dx);

struct SgdStep {
  float learning_rate, momentum;
  bool nesterov;
  float keep;  ///< 1 − lr · weight_decay
};
void sgd(const SgdStep& step, const float* grads, int64_t count, float* values, float* momenta);

struct AdamStep {
  float rate;  ///< lr · √(1 − β2ᵗ) / (1 − β1ᵗ)
  float beta1, beta2, epsilon;
  float keep;  ///< 1 − lr · weight_decay
};
void adam(const AdamStep& step, const float* grads, int64_t count, float* values, float* means,
          float* variances);

struct RmspropStep {
  float learning_rate, rho, momentum, epsilon;
  float keep;  ///< 1 − lr · weight_decay
};
void rmsprop(const RmspropStep& step, const float* grads, int64_t count, float* values,
             float* squares, float* momenta, float* means);

struct AdagradStep {
  float learning_rate, epsilon;
  float keep;  ///< 1 − lr · weight_decay
};
void adagrad(const AdagradStep& step, const float* grads, int64_t count, float* values,
             float* squares);

/// y += weight · (x − y)
void lerp(const float* x, float weight, int64_t count, float* y);
void clip_value(float limit, int64_t count, float* x);
/// Σ x²
double sum_squares(const float* x, int64_t count);

}  // namespace convlab::kernels
