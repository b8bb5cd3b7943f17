#pragma once

#include "nn/layer.h"

namespace convlab {

/// As Keras' BatchNormalization. PyTorch defines momentum as 1 - this momentum (default 0.1), has
/// the default epsilon 1e-5 and updates the running variance with the unbiased batch variance.
struct BatchNormOptions {
  double momentum = 0.99;  ///< fraction of the running statistics that a step keeps
  double epsilon = 1e-3;
  bool center = true;  ///< adds beta
  bool scale = true;   ///< multiplies by gamma

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Normalises each channel (the last dimension) over the batch and all pixels (Ioffe and Szegedy
/// 2015). Uses the running statistics in Mode::eval and when frozen. Parameters gamma, beta,
/// moving_mean and moving_variance, each [channels].
class BatchNorm final : public Layer {
 public:
  static const LayerInfo info;

  explicit BatchNorm(const BatchNormOptions& options = {});

  std::string_view kind() const override { return "batch_norm"; }
  Options options() const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.inputs = true}; }
  bool is_channel_affine() const override { return true; }
  std::vector<Shape> saved_shapes(std::span<const Shape> inputs) const override;
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 private:
  struct Parts;
  Parts parts(const Pass& pass) const;

  BatchNormOptions options_;
};

}  // namespace convlab
