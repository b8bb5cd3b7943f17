#pragma once

#include "nn/layer.h"
#include "nn/window.h"

namespace convlab {

/// Base class of all convolutions: a window of weights that slides over an image, channel groups, a
/// bias, and optionally a fused activation.
class Convolution : public Layer {
 public:
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.inputs = true}; }
  uint64_t workspace_bytes(const Backend& backend, int64_t batch, std::span<const Shape> inputs,
                           bool constant) const override;
  size_t slots() const override { return 3; }
  PackedBytes packed_bytes(const Backend& backend, std::span<const Shape> inputs) const override;
  bool can_fuse_activation() const override { return true; }
  std::optional<KernelToFold> kernel_to_fold() const override { return KernelToFold{}; }
  int64_t flops(std::span<const Shape> inputs) const override;
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

  /// Returns the window and its padding for an input (height, width, channels), without activation.
  Conv2dDesc descriptor(const Shape& input) const;

 protected:
  Convolution(const SlidingWindow& window, bool bias) : window_(window), bias_(bias) {}

  /// Height times width of the window.
  int64_t window_elements() const { return window_.size.h * window_.size.w; }

  /// Number of output channels and of groups for an input with `channels` channels. Throws Error if
  /// the layer does not support this number of channels.
  virtual int64_t filters(int64_t channels) const = 0;
  virtual int64_t groups(int64_t channels) const = 0;
  /// Specification of the kernel [filters, height, width, channels / groups], without shape and
  /// name.
  virtual ParameterSpec kernel_spec(int64_t channels) const = 0;

 private:
  SlidingWindow window_;
  bool bias_;
};

}  // namespace convlab
