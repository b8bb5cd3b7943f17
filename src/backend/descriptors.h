#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace convlab {

/// Activation fused into a matrix product or convolution. Each use is a switch without default, so
/// that compilers name every place which a new activation needs.
enum class Activation : uint8_t { none, relu, relu6 };
enum class UnaryOp : uint8_t {
  relu,
  relu6,       ///< min(max(x, 0), 6)
  leaky_relu,  ///< x for x > 0, else alpha · x (Maas et al. 2013)
  elu,         ///< x for x > 0, else alpha · (exp(x) - 1) (Clevert et al. 2016)
  gelu,        ///< x · Φ(x), Φ the exact normal distribution (Hendrycks and Gimpel 2016)
  silu,        ///< x · sigmoid(x)
  hard_swish,  ///< x · relu6(x + 3) / 6 (Howard et al. 2019)
  sigmoid,
  tanh,
  affine,  ///< alpha · x + beta
};
enum class BinaryOp : uint8_t { add, multiply };

struct UnaryDesc {
  UnaryOp op = UnaryOp::relu;
  float alpha = 0;
  float beta = 0;
};

/// Whether the gradient is computed from the function's input; otherwise from its output.
constexpr bool grad_from_input(UnaryOp op) {
  return op == UnaryOp::gelu || op == UnaryOp::silu || op == UnaryOp::hard_swish;
}

/// Height and width, in rows and columns.
struct Size2d {
  int64_t h = 1;
  int64_t w = 1;

  bool operator==(const Size2d&) const = default;
};

/// Zero padding around an image, in pixels.
struct Padding2d {
  int64_t top = 0;
  int64_t bottom = 0;
  int64_t left = 0;
  int64_t right = 0;

  bool operator==(const Padding2d&) const = default;
};

struct GemmDesc {
  bool transpose_a = false;
  bool transpose_b = false;
  Activation activation = Activation::none;
};

/// The kernel is [O, kh, kw, I / groups]: output channel o reads only the input channels of group o
/// / (O / groups). groups = I gives a depthwise convolution.
struct Conv2dDesc {
  Size2d kernel;
  Size2d stride;
  Size2d dilation;
  Padding2d padding;
  int64_t groups = 1;
  Activation activation = Activation::none;
  /// No gradient of the kernel is computed: conv2d_workspace leaves out what it would need.
  bool constant_kernel = false;
};

struct Pool2dDesc {
  Size2d window;
  Size2d stride;
  Padding2d padding;
};

enum class Interpolation : uint8_t { nearest, bilinear };

/// Each pixel becomes size × size pixels. bilinear uses half-pixel centers and repeats the edge
/// pixels.
struct UpSample2dDesc {
  int64_t size = 2;
  Interpolation interpolation = Interpolation::nearest;
};

/// Running statistics: running = momentum · running + (1 - momentum) · batch statistic.
struct BatchNormDesc {
  float momentum = 0.99F;
  float epsilon = 1e-3F;
};

/// `groups` groups of neighbouring channels, each normalised over its channels and all pixels.
struct GroupNormDesc {
  int64_t groups = 1;
  float epsilon = 1e-3F;
};

/// y[c] = x[c] / (bias + alpha · Σ x[j]²)^beta, the sum over the `size` channels j starting at c -
/// size / 2 (Krizhevsky et al. 2012, section 3.3).
struct LocalResponseNormDesc {
  int64_t size = 5;
  float bias = 2;
  float alpha = 1e-4F;
  float beta = 0.75F;
};

struct DropoutDesc {
  float rate = 0;
  uint64_t seed = 0;
  uint64_t stream = 0;
};

/// What a loss compares each row of outputs with: a class, a row of values, or two classes mixed.
///
/// A mixed row (mixup, Zhang et al. 2018; CutMix, Yun et al. 2019) is w · e1 + (1 - w) · e2, where
/// e1 and e2 are the one-hot rows of its classes (or the values 0 and 1 of a single output) and w
/// its label weight. Its loss is that of the mixed row, as in Keras and torchvision, and its class
/// the first maximum of that row. With class weights c1 and c2, w and 1 - w become w c1 and (1 - w)
/// c2: the mixed row has their ratio, and its loss is multiplied by their sum. So losses that are
/// linear in the target (both cross-entropies, also with label smoothing) are w c1 loss(e1) + (1 -
/// w) c2 loss(e2).
struct LossTargets {
  LossTargets(const Tensor& rows) : targets(rows) {}
  LossTargets(const Tensor& first_labels, const Tensor& seconds, const Tensor& weights)
      : targets(first_labels), second_labels(seconds), label_weights(weights) {}

  Tensor targets;        ///< i32 [rows] classes or f32 values of the outputs' shape
  Tensor second_labels;  ///< i32 [rows], with label_weights; null unless classes are mixed
  Tensor label_weights;  ///< f32 [rows], w in [0, 1]: the weight of the first class
};

/// label_smoothing s: the target t of a class becomes (1 - s) t + s / classes (Szegedy et al. 2016,
/// section 7).
struct CrossEntropyDesc {
  float label_smoothing = 0;
};

/// A loss of one output z and its target t. binary_cross_entropy applies to the sigmoid of z.
/// hinge: max(0, 1 - t z), where a target of 0 counts as -1, and one-hot rows are mixed as rows of
/// -1 and 1.
enum class PointwiseLossKind : uint8_t {
  binary_cross_entropy,
  squared_error,
  absolute_error,
  huber,
  hinge
};

/// label_smoothing s: the target t becomes (1 - s) t + s / 2 (binary_cross_entropy only). delta:
/// the |z - t| at which huber changes from (z - t)² / 2 to a straight line (Huber 1964).
struct PointwiseLossDesc {
  PointwiseLossKind kind = PointwiseLossKind::squared_error;
  float label_smoothing = 0;
  float delta = 1;
};

/// top_k: a row counts as a hit if its class is among its top_k largest outputs; at least 1.
struct CountPredictionsDesc {
  int64_t top_k = 5;
};

/// m = momentum · m - lr · g; w += m, or with Nesterov w += momentum · m - lr · g (Keras' form of
/// Sutskever et al. 2013). momenta is null if momentum is 0.
struct SgdDesc {
  float momentum = 0;
  bool nesterov = false;
  float weight_decay = 0;
  float learning_rate_factor = 1;
};

/// Kingma and Ba 2015 in the form at the end of their section 2 (epsilon is added to the root
/// without bias correction), as in Keras.
struct AdamDesc {
  float beta1 = 0.9F;
  float beta2 = 0.999F;
  float epsilon = 1e-7F;
  float weight_decay = 0;
  float learning_rate_factor = 1;
};

/// s = rho · s + (1 - rho) · g²; change = lr · g / √(s + epsilon) (Tieleman and Hinton 2012, as in
/// Keras). Centered if means is not null: the root is of s - m² + epsilon, where m is the moving
/// mean of g (Graves 2013, eq. 38 to 45); s - m² is clamped at 0 against rounding. With momentum if
/// momenta is not null: p = momentum · p + change. Then w -= p (with momentum) or w -= change.
struct RmspropDesc {
  float rho = 0.9F;
  float momentum = 0;
  float epsilon = 1e-7F;
  float weight_decay = 0;
  float learning_rate_factor = 1;
};

/// s += g²; w -= lr · g / √(s + epsilon) (Duchi et al. 2011, as in Keras).
struct AdagradDesc {
  float epsilon = 1e-7F;
  float weight_decay = 0;
  float learning_rate_factor = 1;
};

}  // namespace convlab
