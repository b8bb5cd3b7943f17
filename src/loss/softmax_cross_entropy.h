#pragma once

#include "loss/loss.h"

namespace convlab {

struct SoftmaxCrossEntropyOptions {
  double label_smoothing = 0;  ///< fraction of the target spread evenly over all classes

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Cross-entropy of the softmax of logits: -Σ t log softmax(z). Equals Keras'
/// CategoricalCrossentropy(from_logits=True), or SparseCategoricalCrossentropy(from_logits=True) if
/// the targets are classes.
class SoftmaxCrossEntropy final : public Loss {
 public:
  explicit SoftmaxCrossEntropy(const SoftmaxCrossEntropyOptions& options = {});

  std::string_view kind() const override { return "softmax_cross_entropy"; }
  Options options() const override;
  std::string_view activation() const override { return "softmax"; }
  void predict(Backend& backend, const Tensor& outputs, const Tensor& predictions) const override {
    backend.softmax(outputs, predictions);
  }
  void run(Backend& backend, const Tensor& outputs, const LossTargets& targets,
           const Tensor& class_weights, const Tensor& grad, const Tensor& sums) const override;

 private:
  SoftmaxCrossEntropyOptions options_;
};

}  // namespace convlab
