#pragma once

#include "nn/layer.h"
#include "nn/window.h"

namespace convlab {

/// As Keras' Conv2DTranspose.
struct ConvTranspose2dOptions {
  int64_t filters = 0;
  int64_t kernel = 3;
  int64_t stride = 1;
  Padding padding = Padding::valid;
  bool bias = true;
  Initializer initializer = Initializer::glorot_uniform;
  double initializer_value = 0;  ///< value for initializer constant

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// (height, width, channels) → (height', width', filters): the operation by which a convolution
/// with the same options computes its input gradient from its output gradient (Zeiler et al. 2010).
/// height' is height · stride with padding same, plus max(kernel - stride, 0) with padding valid.
/// Kernel [channels, kernel, kernel, filters].
class ConvTranspose2d final : public Layer {
 public:
  static const LayerInfo info;

  explicit ConvTranspose2d(const ConvTranspose2dOptions& options);

  std::string_view kind() const override { return "conv_transpose2d"; }
  Options options() const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.inputs = true}; }
  uint64_t workspace_bytes(const Backend& backend, int64_t batch, std::span<const Shape> inputs,
                           bool constant) const override;
  size_t slots() const override { return 3; }
  PackedBytes packed_bytes(const Backend& backend, std::span<const Shape> inputs) const override;
  std::optional<KernelToFold> kernel_to_fold() const override {
    return KernelToFold{.channels_last = true};
  }
  int64_t flops(std::span<const Shape> inputs) const override;
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 private:
  /// Descriptor of the corresponding convolution, which maps the output to the input.
  Conv2dDesc descriptor(const Shape& output) const;

  ConvTranspose2dOptions options_;
};

}  // namespace convlab
