#pragma once

#include "nn/layer.h"
#include "nn/window.h"

namespace convlab {

/// As Keras' MaxPooling2D and AveragePooling2D, and PyTorch's ceil_mode.
struct Pool2dOptions {
  int64_t window = 2;        ///< height and width
  int64_t window_width = 0;  ///< 0: same as window
  int64_t stride = 0;        ///< 0: same as window
  int64_t stride_width = 0;  ///< 0: same as stride or, if that is 0, as the window's width
  Padding padding = Padding::valid;
  int64_t pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;  ///< of padding explicit
  bool ceil_mode = false;  ///< without padding same: the last window may exceed the image

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// (height, width, channels) → (height', width', channels): one value per window and channel.
class Pool2d : public Layer {
 public:
  Options options() const override { return write_options(options_); }
  Shape output_shape(std::span<const Shape> inputs) const override;

 protected:
  Pool2d(std::string_view kind, const Pool2dOptions& options);
  Pool2dDesc descriptor(const Tensor& input) const;

 private:
  Pool2dOptions options_;
  SlidingWindow window_;
};

/// The maximum of each window.
class MaxPool2d final : public Pool2d {
 public:
  static const LayerInfo info;

  explicit MaxPool2d(const Pool2dOptions& options = {}) : Pool2d("max_pool2d", options) {}

  std::string_view kind() const override { return "max_pool2d"; }
  bool can_fuse_activation_backward() const override { return true; }
  BackwardNeeds backward_needs() const override { return {.inputs = true, .output = true}; }
  size_t slots() const override { return 1; }
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;
};

/// The mean of each window's pixels that lie inside the image: padding is not counted, as in Keras;
/// PyTorch's AvgPool2d counts the requested padding by default.
class AvgPool2d final : public Pool2d {
 public:
  static const LayerInfo info;

  explicit AvgPool2d(const Pool2dOptions& options = {}) : Pool2d("avg_pool2d", options) {}

  std::string_view kind() const override { return "avg_pool2d"; }
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;
};

}  // namespace convlab
