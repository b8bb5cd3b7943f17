#pragma once

#include "nn/layer.h"
#include "nn/window.h"

namespace convlab {

/// As Keras' SeparableConv2D.
struct SeparableConv2dOptions {
  int64_t filters = 0;
  int64_t kernel = 3;        ///< height and width of the window
  int64_t kernel_width = 0;  ///< 0: same as kernel
  int64_t stride = 1;
  int64_t stride_width = 0;  ///< 0: same as stride
  int64_t dilation = 1;
  Padding padding = Padding::valid;
  int64_t pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;  ///< of padding explicit
  int64_t depth_multiplier = 1;  ///< depthwise filters per channel
  bool bias = true;
  Initializer initializer = Initializer::glorot_uniform;
  double initializer_value = 0;  ///< value for initializer constant

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// (height, width, channels) → (height', width', filters): a depthwise convolution followed by a
/// 1×1 convolution (Chollet 2017), with one bias after both. Saves the output of the depthwise
/// convolution.
class SeparableConv2d final : public Layer {
 public:
  static const LayerInfo info;

  explicit SeparableConv2d(const SeparableConv2dOptions& options);

  std::string_view kind() const override { return "separable_conv2d"; }
  Options options() const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.inputs = true}; }
  std::vector<Shape> saved_shapes(std::span<const Shape> inputs) const override;
  uint64_t workspace_bytes(const Backend& backend, int64_t batch, std::span<const Shape> inputs,
                           bool constant) const override;
  size_t slots() const override { return 6; }
  PackedBytes packed_bytes(const Backend& backend, std::span<const Shape> inputs) const override;
  bool can_fuse_activation() const override { return true; }
  std::optional<KernelToFold> kernel_to_fold() const override {
    return KernelToFold{.parameter = 1};
  }
  int64_t flops(std::span<const Shape> inputs) const override;
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 private:
  Conv2dDesc depthwise(const Shape& input) const;
  Shape middle_shape(const Shape& input) const;
  uint64_t product_workspace(const Backend& backend, int64_t batch, const Shape& input) const;
  Tensor middle_in_workspace(const Pass& pass, const Tensor& input) const;

  SeparableConv2dOptions options_;
  SlidingWindow window_;
};

}  // namespace convlab
