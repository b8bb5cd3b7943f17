#pragma once

#include "nn/layer.h"

namespace convlab {

/// (height, width, channels) → (channels): the mean of each channel (Lin et al. 2013), as Keras'
/// GlobalAveragePooling2D.
class GlobalAvgPool2d final : public Layer {
 public:
  static const LayerInfo info;

  std::string_view kind() const override { return "global_avg_pool2d"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;
};

/// (height, width, channels) → (channels): the maximum of each channel, as Keras'
/// GlobalMaxPooling2D.
class GlobalMaxPool2d final : public Layer {
 public:
  static const LayerInfo info;

  std::string_view kind() const override { return "global_max_pool2d"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.inputs = true, .output = true}; }
  size_t slots() const override { return 1; }
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;
};

}  // namespace convlab
