#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/descriptors.h"
#include "core/parameter.h"
#include "core/tensor.h"

namespace convlab {

/// What a backend keeps between calls for one operation at one place in a network: packed weights,
/// prepared operators. The network owns it, the backend alone looks inside. An empty slot is filled
/// by the first call.
class OpState {
 public:
  OpState() = default;
  OpState(const OpState&) = delete;
  OpState& operator=(const OpState&) = delete;
  virtual ~OpState() = default;
};
using OpSlot = std::unique_ptr<OpState>;

/// What an operation may use besides its tensors: its slot, and scratch memory of at least the size
/// that the backend's matching *_workspace function names, aligned to tensor_alignment. These tell
/// bytes in 64 bits also where memory has fewer, so that too large a batch is known to be too
/// large.
struct OpContext {
  OpSlot& slot;
  void* workspace = nullptr;
};

/// Memory of a backend's device, freed with the object. It must not outlive its backend.
class Buffer {
 public:
  using Release = std::function<void(void*, size_t)>;

  Buffer() = default;
  Buffer(void* memory, size_t bytes, Release release)
      : bytes_(bytes),
        memory_(memory, [bytes, release = std::move(release)](void* m) { release(m, bytes); }) {}

  void* memory() const { return memory_.get(); }
  size_t bytes() const { return bytes_; }

 private:
  size_t bytes_ = 0;
  std::unique_ptr<void, std::function<void(void*)>> memory_{nullptr, [](void*) {}};
};

/// Numbers on their way from the device to the host. Poll `ready`, then `values`.
class ReadBack {
 public:
  virtual ~ReadBack() = default;
  virtual bool ready() const = 0;
  /// Row-major; waits until ready.
  virtual std::span<const float> values() = 0;
};

/// What changes from step to step, kept in one place on the device so that a recorded step can be
/// replayed.
struct StepState {
  float learning_rate = 0;
  uint64_t step = 0;    ///< counted from 1 in the first training step
  uint64_t update = 0;  ///< of the optimizer, counted from 1; fewer where gradients are accumulated
};

/// Tells how many bytes the process may still take.
using MemorySource = std::function<uint64_t()>;

/// Bytes that this backend's buffers hold now and held at most.
struct MemoryUse {
  size_t bytes = 0;
  size_t peak_bytes = 0;
};

/// The backend interface: all that layers, losses and optimizers know of a device. Layout is fixed
/// (NHWC, OHWI, [out, in]); shapes were checked by the layer, outputs are allocated, tensors lie on
/// this backend's device. Operations only start here and nothing reads back within a training step.
/// Sums never depend on the number of threads. Not thread-safe: one thread at a time calls a
/// backend.
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;
  virtual int threads() const = 0;

  // Memory.
  /// Zeroed memory. Throws Error when there is not enough.
  virtual Buffer allocate(size_t bytes) = 0;
  virtual MemoryUse memory_use() const = 0;
  /// Bytes that further buffers may take, as the source that was set tells; without one there is no
  /// limit.
  uint64_t memory_left() const {
    return memory_source_ ? memory_source_() : std::numeric_limits<uint64_t>::max();
  }
  void set_memory_source(MemorySource source) { memory_source_ = std::move(source); }
  /// Copies tensor.bytes() bytes from the host.
  virtual void upload(const void* source, const Tensor& tensor) = 0;
  virtual std::unique_ptr<ReadBack> read_back(const Tensor& tensor) = 0;
  virtual void set_step(const StepState& state) = 0;

  // Elements.
  virtual void fill(const Tensor& x, float value) = 0;
  virtual void copy(const Tensor& x, const Tensor& y) = 0;
  /// y = x · scale, from bytes to floats.
  virtual void scale_bytes(const Tensor& x, float scale, const Tensor& y) = 0;
  /// y = op(x); in place is allowed.
  virtual void unary(const UnaryDesc& desc, const Tensor& x, const Tensor& y) = 0;
  /// dx = dy · op'(x), given x where grad_from_input(op), else y = op(x); dx may be dy.
  virtual void unary_grad(const UnaryDesc& desc, const Tensor& x_or_y, const Tensor& dy,
                          const Tensor& dx) = 0;
  /// c = a op b, same shapes; c may be a or b.
  virtual void binary(BinaryOp op, const Tensor& a, const Tensor& b, const Tensor& c) = 0;
  /// y[r, c] = x[r, c] + row[c]; in place is allowed.
  virtual void add_row(const Tensor& x, const Tensor& row, const Tensor& y) = 0;
  /// Columns [y_first, y_first + count) of y become columns [x_first, x_first + count) of x; both
  /// seen as matrices whose columns are their last dimension, with as many rows.
  virtual void copy_columns(const Tensor& x, int64_t x_first, const Tensor& y, int64_t y_first,
                            int64_t count) = 0;
  /// y[n, ..., c] = x[n, ..., c] · scales[n, c]; in place is allowed.
  virtual void scale_channels(const Tensor& x, const Tensor& scales, const Tensor& y) = 0;
  /// dscales[n, c] = Σ x[n, ..., c] · dy[n, ..., c].
  virtual void scale_channels_grad(const Tensor& x, const Tensor& dy, const Tensor& dscales) = 0;
  /// Each element of mask becomes 0 with probability rate, else 1 / (1 - rate); element i of the
  /// stream in step s is drawn from Philox block (s << 32) + i / 4.
  virtual void dropout_mask(const DropoutDesc& desc, const Tensor& mask) = 0;

  // Products. A kernel's bias may be null.
  /// c = op(a) · op(b) (+ bias in every row), then the activation. a, b, c are matrices;
  /// `workspace` has gemm_workspace bytes, aligned to tensor_alignment.
  virtual void gemm(void* workspace, const GemmDesc& desc, const Tensor& a, const Tensor& b,
                    const Tensor& bias, const Tensor& c) = 0;
  virtual uint64_t gemm_workspace(const GemmDesc& desc, const Shape& a, const Shape& b) const = 0;
  /// y[N,Ho,Wo,O] = x[N,H,W,I] * kernel[O,kh,kw,I/groups] + bias[O], then the activation.
  virtual void conv2d(OpContext op, const Conv2dDesc& desc, const Tensor& x,
                      const Parameter& kernel, const Parameter* bias, const Tensor& y) = 0;
  /// dx from dy (with respect to the product, before the activation).
  virtual void conv2d_grad_input(OpContext op, const Conv2dDesc& desc, const Tensor& dy,
                                 const Parameter& kernel, const Tensor& dx) = 0;
  /// kernel_grad[O,kh,kw,I/groups] from x and dy; bias_grad[O] = Σ dy over images and pixels, where
  /// it is not null.
  virtual void conv2d_grad_kernel(OpContext op, const Conv2dDesc& desc, const Tensor& x,
                                  const Tensor& dy, const Tensor& kernel_grad,
                                  const Tensor& bias_grad) = 0;
  /// Enough for any of the three, for x and y of these shapes (with the batch).
  virtual uint64_t conv2d_workspace(const Conv2dDesc& desc, const Shape& x,
                                    const Shape& y) const = 0;

  // Pooling, reductions.
  virtual void max_pool2d(OpContext op, const Pool2dDesc& desc, const Tensor& x,
                          const Tensor& y) = 0;
  /// The gradient goes to the first maximum of each window in row-major order.
  virtual void max_pool2d_grad(const Pool2dDesc& desc, const Tensor& x, const Tensor& y,
                               const Tensor& dy, const Tensor& dx) = 0;
  /// The mean of each window's pixels, not counting padding.
  virtual void avg_pool2d(const Pool2dDesc& desc, const Tensor& x, const Tensor& y) = 0;
  virtual void avg_pool2d_grad(const Pool2dDesc& desc, const Tensor& dy, const Tensor& dx) = 0;
  /// sums[c] = Σ_r x[r, c], x seen as a matrix whose columns are its last dimension.
  virtual void sum_rows(const Tensor& x, const Tensor& sums) = 0;
  /// Softmax of each row.
  virtual void softmax(const Tensor& x, const Tensor& y) = 0;
  /// dx = y · (dy - Σ dy · y) of each row, given y = softmax(x); dx may be dy.
  virtual void softmax_grad(const Tensor& y, const Tensor& dy, const Tensor& dx) = 0;
  // Losses. Rows are samples. targets: i32 [rows], classes that count as one-hot rows (of a single
  // output 0 or 1, its value), or f32 of the outputs' shape. class_weights: f32, null for 1 each;
  // a row counts times the weight of its class, of f32 targets the first largest (of a single one 1
  // if above 1/2, else 0). Added to sums, f32 [3]: the rows' losses, the number of rows whose first
  // largest output is at their class (a single one: on the side of its target), the number of rows.
  // grad, if not null, becomes the gradient of the losses' sum over the number of rows.
  /// A row's loss is the cross-entropy of its softmax: -Σ t log softmax(z).
  virtual void softmax_cross_entropy(const CrossEntropyDesc& desc, const Tensor& logits,
                                     const Tensor& targets, const Tensor& class_weights,
                                     const Tensor& grad, const Tensor& sums) = 0;
  /// A row's loss is the mean over its outputs. The gradient is 0 where the loss has a kink.
  virtual void pointwise_loss(const PointwiseLossDesc& desc, const Tensor& outputs,
                              const Tensor& targets, const Tensor& class_weights,
                              const Tensor& grad, const Tensor& sums) = 0;

  // Metrics.
  /// outputs f32 [rows, classes], labels i32 [rows]. Adds 1 per row to confusion, f32 [classes,
  /// classes], in the row of its label and the column of its first largest output, and to hits, f32
  /// [1], where fewer than top_k outputs are above that of its label: of equal ones all are among
  /// the top k, as in Keras. NaN is below every number and never among the top k; a row of nothing
  /// else counts as class 0. Floats count exactly to 2^24.
  virtual void count_predictions(const CountPredictionsDesc& desc, const Tensor& outputs,
                                 const Tensor& labels, const Tensor& confusion,
                                 const Tensor& hits) = 0;

  // Images [N,H,W,C].
  /// y is x with zeros around; crop2d takes them away again.
  virtual void pad2d(const Padding2d& padding, const Tensor& x, const Tensor& y) = 0;
  virtual void crop2d(const Padding2d& padding, const Tensor& y, const Tensor& x) = 0;
  virtual void up_sample2d(const UpSample2dDesc& desc, const Tensor& x, const Tensor& y) = 0;
  virtual void up_sample2d_grad(const UpSample2dDesc& desc, const Tensor& dy, const Tensor& dx) = 0;

  // Normalisation. Channels are the last dimension, R all others together. A null gamma counts as
  // 1, a null beta as 0; gradients that are null are not wanted.
  /// Normalises by the batch's mean and biased variance of each channel, which move the running
  /// ones: y = (x - mean) · inv_std · gamma + beta (Ioffe and Szegedy 2015). Saves mean and inv_std
  /// = 1 / √(variance + epsilon).
  virtual void batch_norm(const BatchNormDesc& desc, const Tensor& x, const Tensor& gamma,
                          const Tensor& beta, const Tensor& running_mean,
                          const Tensor& running_variance, const Tensor& mean, const Tensor& inv_std,
                          const Tensor& y) = 0;
  virtual void batch_norm_grad(const Tensor& x, const Tensor& gamma, const Tensor& mean,
                               const Tensor& inv_std, const Tensor& dy, const Tensor& dx,
                               const Tensor& dgamma, const Tensor& dbeta) = 0;
  /// y = (x - mean) · gamma / √(variance + epsilon) + beta with given statistics; a null mean
  /// counts as 0. y may be x.
  virtual void normalize(float epsilon, const Tensor& x, const Tensor& mean, const Tensor& variance,
                         const Tensor& gamma, const Tensor& beta, const Tensor& y) = 0;
  /// Normalises each sample's groups of channels (Wu and He 2018). x [N, ..., C]; saves mean and
  /// inv_std, each [N, groups].
  virtual void group_norm(const GroupNormDesc& desc, const Tensor& x, const Tensor& gamma,
                          const Tensor& beta, const Tensor& mean, const Tensor& inv_std,
                          const Tensor& y) = 0;
  virtual void group_norm_grad(const GroupNormDesc& desc, const Tensor& x, const Tensor& gamma,
                               const Tensor& mean, const Tensor& inv_std, const Tensor& dy,
                               const Tensor& dx, const Tensor& dgamma, const Tensor& dbeta) = 0;
  virtual void local_response_norm(const LocalResponseNormDesc& desc, const Tensor& x,
                                   const Tensor& y) = 0;
  virtual void local_response_norm_grad(const LocalResponseNormDesc& desc, const Tensor& x,
                                        const Tensor& dy, const Tensor& dx) = 0;

  // Optimizer updates over flat buffers, with the learning rate and update number of set_step. Each
  // first shrinks the values: w -= lr · weight_decay · w (Loshchilov and Hutter 2019).
  virtual void sgd_update(const SgdDesc& desc, const Tensor& values, const Tensor& grads,
                          const Tensor& momenta) = 0;
  virtual void adam_update(const AdamDesc& desc, const Tensor& values, const Tensor& grads,
                           const Tensor& means, const Tensor& variances) = 0;
  virtual void rmsprop_update(const RmspropDesc& desc, const Tensor& values, const Tensor& grads,
                              const Tensor& squares, const Tensor& momenta,
                              const Tensor& means) = 0;
  virtual void adagrad_update(const AdagradDesc& desc, const Tensor& values, const Tensor& grads,
                              const Tensor& squares) = 0;

  // Around an update.
  /// y += weight · (x - y): a moving average, or with a weight of 1/k in call k the mean. A weight
  /// of 1 copies.
  virtual void lerp(const Tensor& x, float weight, const Tensor& y) = 0;
  /// x and y, of the same shape, exchange their values.
  virtual void swap(const Tensor& x, const Tensor& y) = 0;
  /// x becomes what of it lies in [-limit, limit]; NaN stays NaN.
  virtual void clip_value(const Tensor& x, float limit) = 0;
  /// norm, f32 [1], becomes ‖x‖; then x is scaled down to a norm of `limit` if it has a larger one
  /// (Pascanu et al. 2013, algorithm 1). An infinite norm makes all of x NaN, as in Keras.
  virtual void clip_norm(const Tensor& x, float limit, const Tensor& norm) = 0;

 private:
  MemorySource memory_source_;
};

/// A way of computing, by name.
struct BackendKind {
  std::string_view name;
  std::unique_ptr<Backend> (*make)(int threads);
};

/// The backends of this build, best first.
std::span<const BackendKind> backend_kinds();

/// The backend called `name`; an empty name takes the best. threads 0: as many as the machine has
/// cores. `memory` is asked before anything is allocated (Backend::memory_left). Throws Error that
/// lists the known ones.
std::unique_ptr<Backend> make_backend(std::string_view name, int threads, MemorySource memory = {});

}  // namespace convlab
