#pragma once

#include "loss/loss.h"

namespace convlab {

struct SoftmaxCrossEntropyOptions {
  double label_smoothing = 0;  ///< share of the target spread evenly over all classes

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Cross-entropy of the softmax of logits with sparse labels; as Keras'
/// SparseCategoricalCrossentropy(from_logits).
class SoftmaxCrossEntropy final : public Loss {
 public:
  explicit SoftmaxCrossEntropy(const SoftmaxCrossEntropyOptions& options = {});

  std::string_view kind() const override { return "softmax_cross_entropy"; }
  Options options() const override;
  void run(Backend& backend, const Tensor& outputs, const Tensor& labels, const Tensor& grad,
           const Tensor& sums) const override;

 private:
  SoftmaxCrossEntropyOptions options_;
};

}  // namespace convlab
