#pragma once

#include "nn/layer.h"

namespace convlab {

/// As Keras' Dropout.
struct DropoutOptions {
  double rate = 0.5;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// In training, sets each element to 0 with probability `rate` and scales the others by 1 / (1 -
/// rate) (inverted dropout, Srivastava et al. 2014); in evaluation, returns its input unchanged.
/// Saves the mask.
class Dropout final : public Layer {
 public:
  static const LayerInfo info;

  explicit Dropout(const DropoutOptions& options);

  std::string_view kind() const override { return "dropout"; }
  Options options() const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<Shape> saved_shapes(std::span<const Shape> inputs) const override {
    return {inputs[0]};
  }
  bool is_view(Mode mode) const override { return mode == Mode::eval; }
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 private:
  DropoutOptions options_;
};

/// As Keras' SpatialDropout2D and PyTorch's Dropout2d: whole channels of a sample are dropped
/// (Tompson et al. 2015). Saves the mask.
class SpatialDropout final : public Layer {
 public:
  static const LayerInfo info;

  explicit SpatialDropout(const DropoutOptions& options);

  std::string_view kind() const override { return "spatial_dropout"; }
  Options options() const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<Shape> saved_shapes(std::span<const Shape> inputs) const override {
    return {{inputs[0][2]}};
  }
  bool is_view(Mode mode) const override { return mode == Mode::eval; }
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 private:
  DropoutOptions options_;
};

}  // namespace convlab
