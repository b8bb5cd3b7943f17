#pragma once

#include "nn/layer.h"

namespace convlab {

/// Number of rows and columns of zeros on each side. As Keras' ZeroPadding2D.
struct ZeroPad2dOptions {
  int64_t top = 1;
  int64_t bottom = 1;
  int64_t left = 1;
  int64_t right = 1;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// (height, width, channels) → (height + top + bottom, width + left + right, channels).
class ZeroPad2d final : public Layer {
 public:
  static const LayerInfo info;

  explicit ZeroPad2d(const ZeroPad2dOptions& options = {});

  std::string_view kind() const override { return "zero_pad2d"; }
  Options options() const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 private:
  Padding2d padding() const;

  ZeroPad2dOptions options_;
};

/// As Keras' UpSampling2D.
struct UpSample2dOptions {
  int64_t size = 2;  ///< factor for height and width
  Interpolation interpolation = Interpolation::nearest;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// (height, width, channels) → (height · size, width · size, channels).
class UpSample2d final : public Layer {
 public:
  static const LayerInfo info;

  explicit UpSample2d(const UpSample2dOptions& options = {});

  std::string_view kind() const override { return "up_sample2d"; }
  Options options() const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 private:
  UpSample2dOptions options_;
};

}  // namespace convlab
