#pragma once

#include "nn/layer.h"

namespace convlab {

/// The sum of two or more inputs of the same shape, for example a residual connection (He et al.
/// 2015).
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

/// The elementwise product of two inputs of the same shape. The second may also be (1, 1,
/// channels), with the channels of the first: one factor per channel (squeeze and excitation, Hu et
/// al. 2018).
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

/// Concatenates two or more inputs along the last dimension, the channels. All other dimensions
/// must be equal.
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
