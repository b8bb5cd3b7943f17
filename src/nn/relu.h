#pragma once

#include "nn/layer.h"

namespace convlab {

/// max(x, 0), any shape.
class Relu final : public Layer {
 public:
  std::string_view kind() const override { return "relu"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.output = true}; }
  Activation as_activation() const override { return Activation::relu; }
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;
};

}  // namespace convlab
