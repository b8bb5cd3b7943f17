#pragma once

#include "nn/layer.h"

namespace convlab {

/// exp(x) / Σ exp(x) over the last dimension. The loss softmax_cross_entropy expects logits,
/// without this layer.
class Softmax final : public Layer {
 public:
  static const LayerInfo info;

  std::string_view kind() const override { return "softmax"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.output = true}; }
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;
};

}  // namespace convlab
