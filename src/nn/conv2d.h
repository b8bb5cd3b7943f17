#pragma once

#include "nn/convolution.h"

namespace convlab {

/// As Keras' Conv2D.
struct Conv2dOptions {
  int64_t filters = 0;
  int64_t kernel = 3;        ///< height and width of the window
  int64_t kernel_width = 0;  ///< 0: same as kernel
  int64_t stride = 1;
  int64_t stride_width = 0;  ///< 0: same as stride
  int64_t dilation = 1;
  Padding padding = Padding::valid;
  int64_t pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;  ///< of padding explicit
  int64_t groups = 1;  ///< channel groups with separate filters; must divide channels and filters
  bool bias = true;
  Initializer initializer = Initializer::glorot_uniform;
  double initializer_value = 0;  ///< value for initializer constant

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// (height, width, channels) → (height', width', filters): cross-correlation with `filters`
/// kernels, plus a bias.
class Conv2d final : public Convolution {
 public:
  static const LayerInfo info;

  explicit Conv2d(const Conv2dOptions& options);

  std::string_view kind() const override { return "conv2d"; }
  Options options() const override;

 protected:
  int64_t filters(int64_t) const override { return options_.filters; }
  int64_t groups(int64_t channels) const override;
  ParameterSpec kernel_spec(int64_t channels) const override;

 private:
  Conv2dOptions options_;
};

/// As Keras' DepthwiseConv2D.
struct DepthwiseConv2dOptions {
  int64_t kernel = 3;        ///< height and width of the window
  int64_t kernel_width = 0;  ///< 0: same as kernel
  int64_t stride = 1;
  int64_t stride_width = 0;  ///< 0: same as stride
  int64_t dilation = 1;
  Padding padding = Padding::valid;
  int64_t pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;  ///< of padding explicit
  int64_t depth_multiplier = 1;                                      ///< filters per channel
  bool bias = true;
  Initializer initializer = Initializer::glorot_uniform;
  double initializer_value = 0;  ///< value for initializer constant

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// (height, width, channels) → (height', width', channels · depth_multiplier): each channel is
/// convolved with its own filters; the outputs of one channel are adjacent.
class DepthwiseConv2d final : public Convolution {
 public:
  static const LayerInfo info;

  explicit DepthwiseConv2d(const DepthwiseConv2dOptions& options = {});

  std::string_view kind() const override { return "depthwise_conv2d"; }
  Options options() const override;

 protected:
  int64_t filters(int64_t channels) const override { return channels * options_.depth_multiplier; }
  int64_t groups(int64_t channels) const override { return channels; }
  ParameterSpec kernel_spec(int64_t channels) const override;

 private:
  DepthwiseConv2dOptions options_;
};

}  // namespace convlab
