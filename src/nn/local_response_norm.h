#pragma once

#include "nn/layer.h"

namespace convlab {

/// The defaults are those of the paper. PyTorch divides alpha by size and has the default bias 1.
struct LocalResponseNormOptions {
  int64_t size = 5;  ///< number of adjacent channels in the sum
  double bias = 2;
  double alpha = 1e-4;
  double beta = 0.75;

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// x / (bias + alpha · Σ x²)^beta summed over `size` channels around each channel (Krizhevsky et
/// al. 2012, section 3.3): the normalisation of AlexNet and GoogLeNet.
class LocalResponseNorm final : public Layer {
 public:
  static const LayerInfo info;

  explicit LocalResponseNorm(const LocalResponseNormOptions& options = {});

  std::string_view kind() const override { return "local_response_norm"; }
  Options options() const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  BackwardNeeds backward_needs() const override { return {.inputs = true}; }
  void forward(const Pass& pass, std::span<const Tensor> inputs,
               const Tensor& output) const override;
  void backward(const Pass& pass, std::span<const Tensor> inputs, const Tensor& output,
                const Tensor& grad_output, std::span<const Tensor> grad_inputs) const override;

 private:
  LocalResponseNormDesc descriptor() const;

  LocalResponseNormOptions options_;
};

}  // namespace convlab
