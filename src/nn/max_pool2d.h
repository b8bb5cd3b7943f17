#pragma once

#include "nn/layer.h"
#include "nn/window.h"

namespace convlab {

/// As Keras' MaxPooling2D.
struct MaxPool2dOptions {
  int64_t window = 2;
  int64_t stride = 0;  ///< 0: the window's size
  Padding padding = Padding::valid;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// (height, width, channels) → (height', width', channels): the largest value of each window.
class MaxPool2d final : public Layer {
 public:
  explicit MaxPool2d(const MaxPool2dOptions& options = {});

  std::string_view kind() const override { return "max_pool2d"; }
  Options options() const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.inputs = true, .output = true}; }
  size_t slots() const override { return 1; }
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 private:
  int64_t stride() const { return options_.stride == 0 ? options_.window : options_.stride; }
  Pool2dDesc descriptor(const Shape& input) const;

  MaxPool2dOptions options_;
};

}  // namespace convlab
