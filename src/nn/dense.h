#pragma once

#include "core/bounded.h"
#include "nn/layer.h"

namespace convlab {

/// As Keras' Dense.
struct DenseOptions {
  int64_t units = 0;
  bool bias = true;
  Initializer initializer = Initializer::glorot_uniform;
  double initializer_value = 0;  ///< value for initializer constant

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// (features) → (units): y = x · kernelᵀ + bias, kernel [units, features].
class Dense final : public Layer {
 public:
  static const LayerInfo info;

  explicit Dense(const DenseOptions& options);

  std::string_view kind() const override { return "dense"; }
  Options options() const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.inputs = true}; }
  uint64_t workspace_bytes(const Backend& backend, int64_t batch, std::span<const Shape> inputs,
                           bool constant) const override;
  size_t slots() const override { return 3; }
  bool can_fuse_activation() const override { return true; }
  std::optional<KernelToFold> kernel_to_fold() const override { return KernelToFold{}; }
  int64_t flops(std::span<const Shape> inputs) const override {
    return bounded_product({2, inputs[0][0], options_.units}, max_flops);
  }
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 private:
  DenseOptions options_;
};

}  // namespace convlab
