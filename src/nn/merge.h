#pragma once

#include "nn/layer.h"

namespace convlab {

/// The sum of two or more inputs of one shape: a residual connection (He et al. 2015).
class Add final : public Layer {
 public:
  static const LayerInfo info;

  std::string_view kind() const override { return "add"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;
};

/// The product of two inputs of one shape. The second may also be (1, 1, channels), as many
/// channels as the first has: a gate for each channel (squeeze and excitation, Hu et al. 2018).
class Multiply final : public Layer {
 public:
  static const LayerInfo info;

  std::string_view kind() const override { return "multiply"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.inputs = true}; }
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;
};

/// Two or more inputs side by side along their last dimension, the channels; the others are equal.
class Concat final : public Layer {
 public:
  static const LayerInfo info;

  std::string_view kind() const override { return "concat"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;
};

}  // namespace convlab
