#pragma once

#include <memory>
#include <string_view>

#include "backend/backend.h"

namespace convlab {

/// Every operation in plain C++ on one thread: slow but simple, the reference that other backends
/// are tested against. Products, sums and losses accumulate in double. Backends whose tensors lie
/// in host memory derive from it and override the operations that they speed up.
class HostBackend : public Backend {
 public:
  std::string_view name() const override { return "host"; }
  int threads() const override { return 1; }

  /// The memory is aligned to tensor_alignment and followed by tensor_alignment readable bytes.
  /// Throws Error with the size in MB if it does not fit.
  Buffer allocate(size_t bytes) override;
  MemoryUse memory_use() const override { return memory_use_; }
  std::unique_ptr<UploadBuffer> allocate_upload(size_t bytes) override;
  void upload(const void* source, const Tensor& tensor) override;
  /// Copies the values immediately; f32 only.
  std::unique_ptr<ReadBack> read_back(const Tensor& tensor) override;
  void set_step(const StepState& state) override { step_ = state; }
  void synchronize() override {}

  void fill(const Tensor& x, float value) override;
  void copy(const Tensor& x, const Tensor& y) override;
  void normalize_input(const Tensor& x, const Tensor& scale, const Tensor& offset,
                       const Tensor& y) override;
  void unary(const UnaryDesc& desc, const Tensor& x, const Tensor& y) override;
  void unary_grad(const UnaryDesc& desc, const Tensor& x_or_y, const Tensor& dy,
                  const Tensor& dx) override;
  void binary(BinaryOp op, const Tensor& a, const Tensor& b, const Tensor& c) override;
  void copy_columns(const Tensor& x, int64_t x_first, const Tensor& y, int64_t y_first,
                    int64_t count) override;
  void add_row(const Tensor& x, const Tensor& row, const Tensor& y) override;
  void scale_channels(const Tensor& x, const Tensor& scales, const Tensor& y) override;
  void scale_channels_grad(const Tensor& x, const Tensor& dy, const Tensor& dscales) override;
  void dropout_mask(const DropoutDesc& desc, const Tensor& mask) override;

  void gemm(OpContext op, const GemmDesc& desc, const Tensor& a, const Tensor& b,
            const Tensor& bias, const Tensor& c) override;
  uint64_t gemm_workspace(const GemmDesc&, const Shape&, const Shape&) const override { return 0; }
  void conv2d(OpContext op, const Conv2dDesc& desc, const Tensor& x, const Parameter& kernel,
              const Parameter* bias, const Tensor& y) override;
  void conv2d_grad_input(OpContext op, const Conv2dDesc& desc, const Tensor& dy,
                         const Parameter& kernel, const Tensor& dx) override;
  void conv2d_grad_kernel(OpContext op, const Conv2dDesc& desc, const Tensor& x, const Tensor& dy,
                          const Tensor& kernel_grad, const Tensor& bias_grad) override;
  uint64_t conv2d_workspace(const Conv2dDesc&, const Shape&, const Shape&) const override {
    return 0;
  }
  uint64_t packed_bytes(KernelUse, const Conv2dDesc&, const Shape&, const Shape&) const override {
    return 0;
  }

  void max_pool2d(OpContext op, const Pool2dDesc& desc, const Tensor& x, const Tensor& y) override;
  void max_pool2d_grad(const Pool2dDesc& desc, const Tensor& x, const Tensor& y, const Tensor& dy,
                       const Tensor& dx) override;
  void avg_pool2d(const Pool2dDesc& desc, const Tensor& x, const Tensor& y) override;
  void avg_pool2d_grad(const Pool2dDesc& desc, const Tensor& dy, const Tensor& dx) override;
  void sum_rows(const Tensor& x, const Tensor& sums) override;
  void softmax_grad(const Tensor& y, const Tensor& dy, const Tensor& dx) override;
  void softmax(const Tensor& x, const Tensor& y) override;
  void softmax_cross_entropy(const CrossEntropyDesc& desc, const Tensor& logits,
                             const LossTargets& targets, const Tensor& class_weights,
                             const Tensor& grad, const Tensor& sums) override;
  void pointwise_loss(const PointwiseLossDesc& desc, const Tensor& outputs,
                      const LossTargets& targets, const Tensor& class_weights, const Tensor& grad,
                      const Tensor& sums) override;

  void count_predictions(const CountPredictionsDesc& desc, const Tensor& outputs,
                         const Tensor& labels, const Tensor& confusion,
                         const Tensor& hits) override;

  void pad2d(const Padding2d& padding, const Tensor& x, const Tensor& y) override;
  void crop2d(const Padding2d& padding, const Tensor& y, const Tensor& x) override;
  void up_sample2d(const UpSample2dDesc& desc, const Tensor& x, const Tensor& y) override;
  void up_sample2d_grad(const UpSample2dDesc& desc, const Tensor& dy, const Tensor& dx) override;

  void batch_norm(const BatchNormDesc& desc, const Tensor& x, const Tensor& gamma,
                  const Tensor& beta, const Tensor& running_mean, const Tensor& running_variance,
                  const Tensor& mean, const Tensor& inv_std, const Tensor& y) override;
  void batch_norm_grad(const Tensor& x, const Tensor& gamma, const Tensor& mean,
                       const Tensor& inv_std, const Tensor& dy, const Tensor& dx,
                       const Tensor& dgamma, const Tensor& dbeta) override;
  void normalize(float epsilon, const Tensor& x, const Tensor& mean, const Tensor& variance,
                 const Tensor& gamma, const Tensor& beta, const Tensor& y) override;
  void group_norm(const GroupNormDesc& desc, const Tensor& x, const Tensor& gamma,
                  const Tensor& beta, const Tensor& mean, const Tensor& inv_std,
                  const Tensor& y) override;
  void group_norm_grad(const GroupNormDesc& desc, const Tensor& x, const Tensor& gamma,
                       const Tensor& mean, const Tensor& inv_std, const Tensor& dy,
                       const Tensor& dx, const Tensor& dgamma, const Tensor& dbeta) override;
  void local_response_norm(const LocalResponseNormDesc& desc, const Tensor& x,
                           const Tensor& y) override;
  void local_response_norm_grad(const LocalResponseNormDesc& desc, const Tensor& x,
                                const Tensor& dy, const Tensor& dx) override;

  void sgd_update(const SgdDesc& desc, const Tensor& values, const Tensor& grads,
                  const Tensor& momenta) override;
  void adam_update(const AdamDesc& desc, const Tensor& values, const Tensor& grads,
                   const Tensor& means, const Tensor& variances) override;
  void rmsprop_update(const RmspropDesc& desc, const Tensor& values, const Tensor& grads,
                      const Tensor& squares, const Tensor& momenta, const Tensor& means) override;
  void adagrad_update(const AdagradDesc& desc, const Tensor& values, const Tensor& grads,
                      const Tensor& squares) override;
  void lerp(const Tensor& x, StepWeight weight, const Tensor& y) override;
  void swap(const Tensor& x, const Tensor& y) override;
  void clip_value(const Tensor& x, float limit) override;
  void clip_norm(const Tensor& x, float limit, const Tensor& norm) override;

 protected:
  const StepState& step() const { return step_; }

 private:
  void release(void* memory, size_t bytes);

  MemoryUse memory_use_;
  StepState step_;
};

/// Factory for the table of backends; the number of threads is ignored.
std::unique_ptr<Backend> make_host_backend(int threads);

}  // namespace convlab
