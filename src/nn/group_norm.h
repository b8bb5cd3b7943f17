#pragma once

#include "nn/layer.h"

namespace convlab {

/// Base class of normalisations within each sample, followed by a scale and an offset per channel
/// (the last dimension): parameters gamma and beta, each [channels].
class SampleNorm : public Layer {
 public:
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.inputs = true}; }
  std::vector<Shape> saved_shapes(std::span<const Shape> inputs) const override;
  uint64_t workspace_bytes(const Backend& backend, int64_t batch, std::span<const Shape> inputs,
                           bool constant) const override;
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 protected:
  struct Form {
    double epsilon;
    bool center, scale;
  };
  explicit SampleNorm(const Form& form) : form_(form) {}

  /// Number of groups of adjacent channels for a sample of this shape. Throws Error if it does not
  /// divide the number of channels.
  virtual int64_t groups(const Shape& sample) const = 0;
  /// Whether each pixel is normalised separately instead of all pixels together.
  virtual bool by_pixel() const = 0;

 private:
  struct View;
  View view(const Pass& pass, const Tensor& input) const;

  Form form_;
};

/// As Keras' GroupNormalization. PyTorch's default epsilon is 1e-5.
struct GroupNormOptions {
  int64_t groups = 32;  ///< number of groups of adjacent channels
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Normalises each group of channels over all pixels (Wu and He 2018). With one group per channel
/// it is instance normalisation.
class GroupNorm final : public SampleNorm {
 public:
  static const LayerInfo info;

  explicit GroupNorm(const GroupNormOptions& options = {});

  std::string_view kind() const override { return "group_norm"; }
  Options options() const override;

 protected:
  int64_t groups(const Shape& sample) const override;
  bool by_pixel() const override { return false; }

 private:
  GroupNormOptions options_;
};

/// As Keras' LayerNormalization over the last axis. PyTorch's default epsilon is 1e-5.
struct LayerNormOptions {
  double epsilon = 1e-3;
  bool center = true;
  bool scale = true;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Normalises each pixel over its channels (Ba et al. 2016).
class LayerNorm final : public SampleNorm {
 public:
  static const LayerInfo info;

  explicit LayerNorm(const LayerNormOptions& options = {});

  std::string_view kind() const override { return "layer_norm"; }
  Options options() const override;

 protected:
  int64_t groups(const Shape&) const override { return 1; }
  bool by_pixel() const override { return true; }

 private:
  LayerNormOptions options_;
};

}  // namespace convlab
