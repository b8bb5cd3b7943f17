#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/host/host_backend.h"

namespace convlab {

class Threads;

/// The production CPU backend, native and WebAssembly: the performance-critical operations use
/// XNNPACK's kernels and all threads, the others are inherited from HostBackend.
class XnnpackBackend final : public HostBackend {
 public:
  /// `threads` 0: one per processor core. Throws Error if XNNPACK does not support the processor.
  explicit XnnpackBackend(int threads);
  ~XnnpackBackend() override;

  std::string_view name() const override { return "xnnpack"; }
  int threads() const override;

  void normalize_input(const Tensor& x, const Tensor& scale, const Tensor& offset,
                       const Tensor& y) override;
  void unary(const UnaryDesc& desc, const Tensor& x, const Tensor& y) override;
  void unary_grad(const UnaryDesc& desc, const Tensor& x_or_y, const Tensor& dy,
                  const Tensor& dx) override;
  void binary(BinaryOp op, const Tensor& a, const Tensor& b, const Tensor& c) override;
  void add_row(const Tensor& x, const Tensor& row, const Tensor& y) override;
  void copy_columns(const Tensor& x, int64_t x_first, const Tensor& y, int64_t y_first,
                    int64_t count) override;
  void scale_channels(const Tensor& x, const Tensor& scales, const Tensor& y) override;
  void scale_channels_grad(const Tensor& x, const Tensor& dy, const Tensor& dscales) override;
  void dropout_mask(const DropoutDesc& desc, const Tensor& mask) override;

  void gemm(OpContext op, const GemmDesc& desc, const Tensor& a, const Tensor& b,
            const Tensor& bias, const Tensor& c) override;
  uint64_t gemm_workspace(const GemmDesc& desc, const Shape& a, const Shape& b) const override;
  void conv2d(OpContext op, const Conv2dDesc& desc, const Tensor& x, const Parameter& kernel,
              const Parameter* bias, const Tensor& y) override;
  void conv2d_grad_input(OpContext op, const Conv2dDesc& desc, const Tensor& dy,
                         const Parameter& kernel, const Tensor& dx) override;
  void conv2d_grad_kernel(OpContext op, const Conv2dDesc& desc, const Tensor& x, const Tensor& dy,
                          const Tensor& kernel_grad, const Tensor& bias_grad) override;
  uint64_t conv2d_workspace(const Conv2dDesc& desc, const Shape& x, const Shape& y) const override;
  /// Exact: asks XNNPACK.
  uint64_t packed_bytes(KernelUse use, const Conv2dDesc& desc, const Shape& x,
                        const Shape& y) const override;

  void max_pool2d(OpContext op, const Pool2dDesc& desc, const Tensor& x, const Tensor& y) override;
  void max_pool2d_grad(const Pool2dDesc& desc, const Tensor& x, const Tensor& y, const Tensor& dy,
                       const Tensor& dx) override;
  void avg_pool2d(const Pool2dDesc& desc, const Tensor& x, const Tensor& y) override;
  void avg_pool2d_grad(const Pool2dDesc& desc, const Tensor& dy, const Tensor& dx) override;
  void sum_rows(const Tensor& x, const Tensor& sums) override;
  void softmax_grad(const Tensor& y, const Tensor& dy, const Tensor& dx) override;

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
  void clip_value(const Tensor& x, float limit) override;
  void clip_norm(const Tensor& x, float limit, const Tensor& norm) override;

 private:
  /// Whether the operation uses WinogradConv2d.
  bool uses_winograd(KernelUse use, const Conv2dDesc& desc, const Shape& x, const Shape& y) const;
  /// Returns scratch memory of at least `floats` floats. All operations share the same memory.
  float* scratch(int64_t floats);

  std::unique_ptr<Threads> threads_;
  std::vector<float> scratch_;
};

/// Factory and check for the table of backends.
std::unique_ptr<Backend> make_xnnpack_backend(int threads);
std::string xnnpack_unavailable();

}  // namespace convlab
