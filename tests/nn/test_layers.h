#pragma once

#include <limits>
#include <vector>

#include "nn/layer.h"

namespace convlab {

/// Layers for tests only: some know the batch size, some overwrite tensors that they may overwrite.

/// Outputs a trainable parameter and ignores the input. The parameter has `shape` for each sample
/// of the batch. Its gradient is the input gradient of the following layer.
class Learned final : public Layer {
 public:
  Learned(const Shape& shape, int64_t batch) : shape_(shape), batch_(batch) {}

  std::string_view kind() const override { return "learned"; }
  Shape output_shape(std::span<const Shape>) const override { return shape_; }
  std::vector<ParameterSpec> parameters(std::span<const Shape>) const override {
    return {{.name = "value", .shape = shape_.with_batch(batch_)}};
  }
  void forward(const Pass& pass, std::span<const Tensor>, const Tensor& output) const override {
    pass.backend.copy(pass.parameters[0].value, output);
  }
  void backward(const Pass& pass, std::span<const Tensor>, const Tensor&, const Tensor& grad_output,
                std::span<const Tensor>) const override {
    pass.backend.copy(grad_output, pass.parameters[0].grad);
  }

 private:
  Shape shape_;
  int64_t batch_;
};

/// The sum of any number of inputs of one shape; may read the same value several times. Its
/// backward overwrites grad_output with NaN, which the interface allows.
class Sum final : public Layer {
 public:
  std::string_view kind() const override { return "sum"; }
  Shape output_shape(std::span<const Shape> inputs) const override { return inputs[0]; }
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override {
    pass.backend.copy(inputs[0], output);
    for (const Tensor& input : inputs.subspan(1)) {
      pass.backend.binary(BinaryOp::add, output, input, output);
    }
  }
  void backward(const Pass& pass, std::span<const Tensor>, const Tensor&, const Tensor& grad_output,
                std::span<const Tensor> grad_inputs) const override {
    for (const Tensor& grad_input : grad_inputs) {
      if (grad_input) pass.backend.copy(grad_output, grad_input);
    }
    pass.backend.fill(grad_output, std::numeric_limits<float>::quiet_NaN());
  }
};

/// A view of the same shape.
class Identity final : public Layer {
 public:
  std::string_view kind() const override { return "identity"; }
  Shape output_shape(std::span<const Shape> inputs) const override { return inputs[0]; }
  bool is_view(Mode) const override { return true; }
  void forward(const Pass&, std::span<const Tensor>, const Tensor&) const override {}
  void backward(const Pass&, std::span<const Tensor>, const Tensor&, const Tensor&,
                std::span<const Tensor>) const override {}
};

}  // namespace convlab
