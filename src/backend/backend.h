#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/descriptors.h"
#include "core/parameter.h"
#include "core/tensor.h"

namespace convlab {

/// State that a backend keeps between calls for one operation of a network (packed weights,
/// prepared operators) or for one training step (its recording). The caller owns it, but only the
/// backend reads it. The first call fills an empty slot.
class OpState {
 public:
  OpState() = default;
  OpState(const OpState&) = delete;
  OpState& operator=(const OpState&) = delete;
  virtual ~OpState() = default;
};
using OpSlot = std::unique_ptr<OpState>;

/// What an operation uses besides its tensors: its slot, and workspace memory of at least the size
/// that the matching *_workspace function of the backend returns, aligned to tensor_alignment.
/// Those functions return 64-bit sizes even on 32-bit targets, so that a batch which does not fit
/// is recognised instead of overflowing.
struct OpContext {
  OpSlot& slot;
  void* workspace = nullptr;
};

/// Memory on a backend's device, freed with this object. It must not outlive its backend.
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

/// Memory on the device that the host fills again and again, for example with the images of each
/// batch. Must not outlive its backend.
class UploadBuffer {
 public:
  UploadBuffer() = default;
  UploadBuffer(const UploadBuffer&) = delete;
  UploadBuffer& operator=(const UploadBuffer&) = delete;
  virtual ~UploadBuffer() = default;

  virtual size_t bytes() const = 0;
  /// The memory on the device.
  virtual void* memory() const = 0;
  /// Returns host memory of bytes() bytes to write the next contents to. It may be other memory for
  /// each upload, so that the host need not wait for an earlier one. Where the device's memory is
  /// host memory, it is memory() itself: then nothing is copied.
  virtual void* host() = 0;
  /// Enqueues the copy of the first `bytes` bytes of host(), which must not be written to again
  /// before the next call of host().
  virtual void upload(size_t bytes) = 0;
};

/// An asynchronous copy from the device to the host, of the values at the time of the request. Poll
/// `ready`, then call `values`.
class ReadBack {
 public:
  virtual ~ReadBack() = default;
  virtual bool ready() const = 0;
  /// The values, row-major; blocks until ready.
  virtual std::span<const float> values() = 0;
};

/// A value of StepState that weights a moving average, see Backend::lerp.
enum class StepWeight : uint8_t {
  accumulation,  ///< StepState::accumulation_weight
  average        ///< StepState::average_weight
};

/// Values that change in every step, kept in one place on the device so that a recorded step can be
/// replayed.
struct StepState {
  float learning_rate = 0;
  uint64_t step = 0;    ///< training step, starting at 1
  uint64_t update = 0;  ///< optimizer update, starting at 1; rarer with gradient accumulation
  float accumulation_weight = 1;  ///< of the batch's gradients in the mean over several batches
  float average_weight = 1;       ///< of the new weights in their moving average

  float weight(StepWeight which) const {
    switch (which) {
      case StepWeight::accumulation:
        return accumulation_weight;
      case StepWeight::average:
        return average_weight;
    }
    return 1;
  }
};

/// The two convolution operations that read a kernel.
enum class KernelUse : uint8_t { conv2d, conv2d_grad_input };

/// Whether 3×3 convolutions with stride 1, and the gradients of their inputs, use Winograd's
/// algorithm (Lavin and Gray 2016), where it is supported. Results differ by rounding.
enum class Winograd : uint8_t {
  automatic,  ///< where it is known to be faster on this kind of processor
  off,
  always,
};

inline constexpr std::array<std::string_view, 3> winograd_names{"auto", "off", "always"};
/// Throws Error unless `name` is one of winograd_names.
Winograd find_winograd(std::string_view name);

/// Returns the number of bytes that the process may still allocate.
using MemorySource = std::function<uint64_t()>;

/// Current and peak size of a backend's buffers, in bytes.
struct MemoryUse {
  size_t bytes = 0;
  size_t peak_bytes = 0;
};

/// The backend interface: everything that layers, losses and optimizers use of a device. Layouts
/// are fixed (NHWC, OHWI, [out, in]). Callers have checked the shapes and allocated the outputs;
/// all tensors lie on this backend's device. Operations are only enqueued, in the order of the
/// calls, and nothing is read back within a training step. Sums do not depend on the number of
/// threads. Not thread-safe: only one thread at a time may call a backend.
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;
  virtual int threads() const = 0;

  // Memory.
  /// Allocates zeroed memory. Throws Error if there is not enough.
  virtual Buffer allocate(size_t bytes) = 0;
  virtual MemoryUse memory_use() const = 0;
  /// Number of bytes available for further buffers on the device. The default, for devices that
  /// share the host's memory, asks the memory source; unlimited if none was set.
  virtual uint64_t memory_left() const {
    return memory_source_ ? memory_source_() : std::numeric_limits<uint64_t>::max();
  }
  void set_memory_source(MemorySource source) { memory_source_ = std::move(source); }
  /// Must be called before the backend is used. Backends without Winograd's algorithm ignore it.
  void set_winograd(Winograd use) { winograd_ = use; }
  Winograd winograd() const { return winograd_; }
  /// Allocates memory to be filled from the host. Throws Error as `allocate` does.
  virtual std::unique_ptr<UploadBuffer> allocate_upload(size_t bytes) = 0;
  /// Copies tensor.bytes() bytes from host memory, which may be changed afterwards, to `tensor`.
  virtual void upload(const void* source, const Tensor& tensor) = 0;
  virtual std::unique_ptr<ReadBack> read_back(const Tensor& tensor) = 0;

  // Steps.
  virtual void set_step(const StepState& state) = 0;
  /// Enqueues a training step by calling `body`, or by replaying what it enqueued in an earlier
  /// call with the same `recording`. The body must enqueue the same operations on the same tensors
  /// each time; what varies comes from StepState and from the contents of tensors. It must not
  /// allocate, upload, read back or set the step. Its first call may fill empty OpSlots. A replay
  /// runs no code of the body, so a backend that records must not depend on Parameter::version
  /// within it. The default never replays.
  virtual void run_step(OpSlot& recording, const std::function<void()>& body);
  /// Waits until all enqueued operations are done, for example before the time is taken.
  virtual void synchronize() = 0;

  // Elements.
  virtual void fill(const Tensor& x, float value) = 0;
  virtual void copy(const Tensor& x, const Tensor& y) = 0;
  /// y[..., c] = x[..., c] · scale[c] + offset[c], f32, where the channels c are the last dimension
  /// of x. Throws Error unless x is u8 or f16.
  virtual void normalize_input(const Tensor& x, const Tensor& scale, const Tensor& offset,
                               const Tensor& y) = 0;
  /// y = op(x); y may be x.
  virtual void unary(const UnaryDesc& desc, const Tensor& x, const Tensor& y) = 0;
  /// dx = dy · op'(x). `x_or_y` is x if grad_from_input(op), otherwise y = op(x); dx may be dy.
  virtual void unary_grad(const UnaryDesc& desc, const Tensor& x_or_y, const Tensor& dy,
                          const Tensor& dx) = 0;
  /// c = a op b, same shapes; c may be a or b.
  virtual void binary(BinaryOp op, const Tensor& a, const Tensor& b, const Tensor& c) = 0;
  /// y[r, c] = x[r, c] + row[c]; y may be x.
  virtual void add_row(const Tensor& x, const Tensor& row, const Tensor& y) = 0;
  /// Copies columns [x_first, x_first + count) of x to columns [y_first, y_first + count) of y.
  /// Both are treated as matrices with the same number of rows, whose columns are the last
  /// dimension.
  virtual void copy_columns(const Tensor& x, int64_t x_first, const Tensor& y, int64_t y_first,
                            int64_t count) = 0;
  /// y[n, ..., c] = x[n, ..., c] · scales[n, c]; y may be x.
  virtual void scale_channels(const Tensor& x, const Tensor& scales, const Tensor& y) = 0;
  /// dscales[n, c] = Σ x[n, ..., c] · dy[n, ..., c].
  virtual void scale_channels_grad(const Tensor& x, const Tensor& dy, const Tensor& dscales) = 0;
  /// Sets each element of mask to 0 with probability rate, otherwise to 1 / (1 - rate). Element i
  /// in step s is drawn from Philox block (s << 32) + i / 4 of the stream.
  virtual void dropout_mask(const DropoutDesc& desc, const Tensor& mask) = 0;

  // Matrix products and convolutions. The bias may be null.
  /// c = op(a) · op(b) + bias (added to every row), then the activation; op transposes or not. a,
  /// b, c are matrices.
  virtual void gemm(OpContext op, const GemmDesc& desc, const Tensor& a, const Tensor& b,
                    const Tensor& bias, const Tensor& c) = 0;
  virtual uint64_t gemm_workspace(const GemmDesc& desc, const Shape& a, const Shape& b) const = 0;
  /// y[N,Ho,Wo,O] = x[N,H,W,I] * kernel[O,kh,kw,I/groups] + bias[O], then the activation.
  virtual void conv2d(OpContext op, const Conv2dDesc& desc, const Tensor& x,
                      const Parameter& kernel, const Parameter* bias, const Tensor& y) = 0;
  /// Computes dx from dy, the gradient of the convolution before its activation.
  virtual void conv2d_grad_input(OpContext op, const Conv2dDesc& desc, const Tensor& dy,
                                 const Parameter& kernel, const Tensor& dx) = 0;
  /// Computes kernel_grad[O,kh,kw,I/groups] from x and dy, and bias_grad[O] = Σ dy over images and
  /// pixels unless it is null.
  virtual void conv2d_grad_kernel(OpContext op, const Conv2dDesc& desc, const Tensor& x,
                                  const Tensor& dy, const Tensor& kernel_grad,
                                  const Tensor& bias_grad) = 0;
  /// Workspace in bytes for any of the three operations, for x and y of these shapes (including the
  /// batch dimension); a constant kernel gets no gradient.
  virtual uint64_t conv2d_workspace(const Conv2dDesc& desc, const Shape& x,
                                    const Shape& y) const = 0;
  /// Memory in bytes that such an operation allocates in its slot for packed weights, whatever the
  /// batch, for x and y of these shapes.
  virtual uint64_t packed_bytes(KernelUse use, const Conv2dDesc& desc, const Shape& x,
                                const Shape& y) const = 0;

  // Pooling and reductions.
  virtual void max_pool2d(OpContext op, const Pool2dDesc& desc, const Tensor& x,
                          const Tensor& y) = 0;
  /// The gradient goes to the first maximum of each window, in row-major order.
  virtual void max_pool2d_grad(const Pool2dDesc& desc, const Tensor& x, const Tensor& y,
                               const Tensor& dy, const Tensor& dx) = 0;
  /// The mean of each window's pixels; padding is excluded.
  virtual void avg_pool2d(const Pool2dDesc& desc, const Tensor& x, const Tensor& y) = 0;
  virtual void avg_pool2d_grad(const Pool2dDesc& desc, const Tensor& dy, const Tensor& dx) = 0;
  /// sums[c] = Σ_r x[r, c], where x is treated as a matrix whose columns are its last dimension.
  virtual void sum_rows(const Tensor& x, const Tensor& sums) = 0;
  /// Softmax of each row.
  virtual void softmax(const Tensor& x, const Tensor& y) = 0;
  /// dx = y · (dy - Σ dy · y) of each row, given y = softmax(x); dx may be dy.
  virtual void softmax_grad(const Tensor& y, const Tensor& dy, const Tensor& dx) = 0;
  // Losses. Each row is a sample. targets: classes, used as one-hot rows (or as the value 0 or 1
  // for a single output), classes mixed as LossTargets says, or values. class_weights: f32, null
  // for all 1; the loss of a row is multiplied by the weight of its class. The class of an f32 row
  // is its first maximum (single target: 1 if above 1/2, else 0). Added to sums, f32 [3]: the loss,
  // the number of correct rows, whose first largest output is at their class (single: on the
  // target's side), the number of rows. grad, if not null: gradient of Σ loss / rows.
  /// Softmax cross-entropy of each row of logits z and targets t: -Σ t log softmax(z).
  virtual void softmax_cross_entropy(const CrossEntropyDesc& desc, const Tensor& logits,
                                     const LossTargets& targets, const Tensor& class_weights,
                                     const Tensor& grad, const Tensor& sums) = 0;
  /// The loss of a row is the mean over its outputs. The gradient is 0 at a kink of the loss.
  virtual void pointwise_loss(const PointwiseLossDesc& desc, const Tensor& outputs,
                              const LossTargets& targets, const Tensor& class_weights,
                              const Tensor& grad, const Tensor& sums) = 0;

  // Metrics.
  /// outputs f32 [rows, classes], labels i32 [rows]. For each row, adds 1 to confusion, f32
  /// [classes, classes], at (label, first largest output), and 1 to hits, f32 [1], if fewer than
  /// top_k outputs are greater than that of its label; ties all count as within the top k, as in
  /// Keras. NaN is below every number and never in the top k; a row of only NaN is predicted as
  /// class 0. Counts are exact up to 2^24, as floats are.
  virtual void count_predictions(const CountPredictionsDesc& desc, const Tensor& outputs,
                                 const Tensor& labels, const Tensor& confusion,
                                 const Tensor& hits) = 0;

  // Images [N,H,W,C].
  /// pad2d: y is x surrounded by zeros. crop2d: x is y without its padding.
  virtual void pad2d(const Padding2d& padding, const Tensor& x, const Tensor& y) = 0;
  virtual void crop2d(const Padding2d& padding, const Tensor& y, const Tensor& x) = 0;
  virtual void up_sample2d(const UpSample2dDesc& desc, const Tensor& x, const Tensor& y) = 0;
  virtual void up_sample2d_grad(const UpSample2dDesc& desc, const Tensor& dy, const Tensor& dx) = 0;

  // Normalisation. Channels are the last dimension. A null gamma counts as 1, a null beta as 0;
  // gradients passed as null are not computed.
  /// Normalises each channel by the batch's mean and biased variance and updates the running
  /// statistics: y = (x - mean) · inv_std · gamma + beta (Ioffe and Szegedy 2015). Stores the mean
  /// in two parts, f32 [2, C] (rounded, and the rest), and inv_std = 1 / √(variance + epsilon), f32
  /// [C], for the gradient.
  virtual void batch_norm(const BatchNormDesc& desc, const Tensor& x, const Tensor& gamma,
                          const Tensor& beta, const Tensor& running_mean,
                          const Tensor& running_variance, const Tensor& mean, const Tensor& inv_std,
                          const Tensor& y) = 0;
  virtual void batch_norm_grad(const Tensor& x, const Tensor& gamma, const Tensor& mean,
                               const Tensor& inv_std, const Tensor& dy, const Tensor& dx,
                               const Tensor& dgamma, const Tensor& dbeta) = 0;
  /// y = (x - mean) · gamma / √(variance + epsilon) + beta with the given statistics; a null mean
  /// counts as 0. y may be x.
  virtual void normalize(float epsilon, const Tensor& x, const Tensor& mean, const Tensor& variance,
                         const Tensor& gamma, const Tensor& beta, const Tensor& y) = 0;
  /// Normalises the groups of channels of each sample (Wu and He 2018). x is [N, ..., C]; stores
  /// the mean in two parts, [2, N · groups], and inv_std, [N · groups], for the gradient.
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

  // Optimizer updates of flat buffers, with the update number of set_step, and its learning rate
  // times the factor of the descriptor, called lr. Each first applies weight decay: w -= lr ·
  // weight_decay · w (Loshchilov and Hutter 2019).
  virtual void sgd_update(const SgdDesc& desc, const Tensor& values, const Tensor& grads,
                          const Tensor& momenta) = 0;
  virtual void adam_update(const AdamDesc& desc, const Tensor& values, const Tensor& grads,
                           const Tensor& means, const Tensor& variances) = 0;
  virtual void rmsprop_update(const RmspropDesc& desc, const Tensor& values, const Tensor& grads,
                              const Tensor& squares, const Tensor& momenta,
                              const Tensor& means) = 0;
  virtual void adagrad_update(const AdagradDesc& desc, const Tensor& values, const Tensor& grads,
                              const Tensor& squares) = 0;

  // Operations before and after an optimizer update.
  /// y += w · (x - y), where w is a weight of set_step: a moving average, or the running mean if
  /// call k uses a weight of 1/k. A weight of 1 copies x to y.
  virtual void lerp(const Tensor& x, StepWeight weight, const Tensor& y) = 0;
  /// Exchanges the values of x and y, which have the same shape.
  virtual void swap(const Tensor& x, const Tensor& y) = 0;
  /// Clips the elements of x to [-limit, limit]; NaN stays NaN.
  virtual void clip_value(const Tensor& x, float limit) = 0;
  /// Sets norm, f32 [1], to ‖x‖, then scales x down to a norm of `limit` if it is larger (Pascanu
  /// et al. 2013, algorithm 1). An infinite norm makes all of x NaN, as in Keras.
  virtual void clip_norm(const Tensor& x, float limit, const Tensor& norm) = 0;

 private:
  MemorySource memory_source_;
  Winograd winograd_ = Winograd::automatic;
};

/// A kind of backend and its factory.
struct BackendKind {
  std::string_view name;
  std::string_view description;  ///< one line, without a full stop
  /// Returns why this machine cannot run it, as the end of "… is not available: "; empty if it can.
  std::string (*unavailable)();
  std::unique_ptr<Backend> (*make)(int threads);
};

/// The backends of this build, the preferred one first.
std::span<const BackendKind> backend_kinds();

/// Those of them that this machine can run; at least one.
std::vector<BackendKind> available_backends();

/// Creates the backend called `name`, or the first available one if `name` is empty. threads 0: one
/// per processor core. `memory` limits allocations (Backend::memory_left). Throws Error that lists
/// the backends if the name is unknown, and one that says why if it is not available.
std::unique_ptr<Backend> make_backend(std::string_view name, int threads, MemorySource memory = {});

/// The same with another table of backends.
std::unique_ptr<Backend> make_backend(std::span<const BackendKind> kinds, std::string_view name,
                                      int threads, MemorySource memory = {});

}  // namespace convlab
