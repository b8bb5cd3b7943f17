#pragma once

#include "nn/layer.h"
#include "nn/window.h"

namespace convlab {

/// As Keras' Conv2D.
struct Conv2dOptions {
  int64_t filters = 0;
  int64_t kernel = 3;  ///< rows and columns of the window
  int64_t stride = 1;
  int64_t dilation = 1;
  Padding padding = Padding::valid;
  bool bias = true;
  Initializer initializer = Initializer::glorot_uniform;
  double initializer_value = 0;  ///< of the initializer constant

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// (height, width, channels) → (height', width', filters): cross-correlation with `filters`
/// kernels, plus a bias.
class Conv2d final : public Layer {
 public:
  explicit Conv2d(const Conv2dOptions& options);

  std::string_view kind() const override { return "conv2d"; }
  Options options() const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.inputs = true}; }
  size_t workspace_bytes(const Backend& backend, int64_t batch,
                         std::span<const Shape> inputs) const override;
  size_t slots() const override { return 3; }
  bool can_fuse_activation() const override { return true; }
  int64_t flops(std::span<const Shape> inputs) const override;
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 private:
  Conv2dDesc descriptor(const Shape& input) const;

  Conv2dOptions options_;
};

}  // namespace convlab
