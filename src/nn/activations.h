#pragma once

#include "nn/layer.h"

namespace convlab {

/// Base class of elementwise functions; the input may have any shape.
class UnaryLayer : public Layer {
 public:
  Shape output_shape(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override;
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 protected:
  explicit UnaryLayer(const UnaryDesc& desc) : desc_(desc) {}

 private:
  UnaryDesc desc_;
};

/// max(x, 0).
class Relu final : public UnaryLayer {
 public:
  static const LayerInfo info;

  Relu() : UnaryLayer({UnaryOp::relu}) {}
  std::string_view kind() const override { return "relu"; }
  Activation as_activation() const override { return Activation::relu; }
};

/// min(max(x, 0), 6).
class Relu6 final : public UnaryLayer {
 public:
  static const LayerInfo info;

  Relu6() : UnaryLayer({UnaryOp::relu6}) {}
  std::string_view kind() const override { return "relu6"; }
  Activation as_activation() const override { return Activation::relu6; }
};

/// As Keras' LeakyReLU; PyTorch's default slope is 0.01.
struct LeakyReluOptions {
  double slope = 0.3;  ///< factor for negative x

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// x for x > 0, else slope · x (Maas et al. 2013).
class LeakyRelu final : public UnaryLayer {
 public:
  static const LayerInfo info;

  explicit LeakyRelu(const LeakyReluOptions& options = {});
  std::string_view kind() const override { return "leaky_relu"; }
  Options options() const override { return write_options(options_); }

 private:
  LeakyReluOptions options_;
};

/// As Keras' ELU.
struct EluOptions {
  double alpha = 1;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// x for x > 0, else alpha · (exp(x) - 1) (Clevert et al. 2016).
class Elu final : public UnaryLayer {
 public:
  static const LayerInfo info;

  explicit Elu(const EluOptions& options = {});
  std::string_view kind() const override { return "elu"; }
  Options options() const override { return write_options(options_); }

 private:
  EluOptions options_;
};

/// x · Φ(x) with the exact normal distribution function, not an approximation (Hendrycks and Gimpel
/// 2016).
class Gelu final : public UnaryLayer {
 public:
  static const LayerInfo info;

  Gelu() : UnaryLayer({UnaryOp::gelu}) {}
  std::string_view kind() const override { return "gelu"; }
};

/// x · sigmoid(x), also called swish (Elfwing et al. 2018).
class Silu final : public UnaryLayer {
 public:
  static const LayerInfo info;

  Silu() : UnaryLayer({UnaryOp::silu}) {}
  std::string_view kind() const override { return "silu"; }
};

/// x · relu6(x + 3) / 6 (Howard et al. 2019); Keras calls it hard_silu.
class HardSwish final : public UnaryLayer {
 public:
  static const LayerInfo info;

  HardSwish() : UnaryLayer({UnaryOp::hard_swish}) {}
  std::string_view kind() const override { return "hard_swish"; }
};

/// 1 / (1 + exp(-x)).
class Sigmoid final : public UnaryLayer {
 public:
  static const LayerInfo info;

  Sigmoid() : UnaryLayer({UnaryOp::sigmoid}) {}
  std::string_view kind() const override { return "sigmoid"; }
};

class Tanh final : public UnaryLayer {
 public:
  static const LayerInfo info;

  Tanh() : UnaryLayer({UnaryOp::tanh}) {}
  std::string_view kind() const override { return "tanh"; }
};

/// As Keras' Rescaling.
struct RescaleOptions {
  double scale = 1;
  double offset = 0;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// scale · x + offset.
class Rescale final : public UnaryLayer {
 public:
  static const LayerInfo info;

  explicit Rescale(const RescaleOptions& options = {});
  std::string_view kind() const override { return "rescale"; }
  Options options() const override { return write_options(options_); }

 private:
  RescaleOptions options_;
};

}  // namespace convlab
