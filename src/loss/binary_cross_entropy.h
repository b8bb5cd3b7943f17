#pragma once

#include "loss/pointwise_loss.h"

namespace convlab {

struct BinaryCrossEntropyOptions {
  double label_smoothing = 0;  ///< fraction of the target replaced by 1/2

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Cross-entropy of the sigmoid of each logit: max(z, 0) - z t + log(1 + exp(-|z|)), which never
/// overflows. Each output is an independent binary prediction with a target in [0, 1]. Equals
/// Keras' BinaryCrossentropy(from_logits=True).
class BinaryCrossEntropy final : public PointwiseLoss {
 public:
  explicit BinaryCrossEntropy(const BinaryCrossEntropyOptions& options = {});

  Options options() const override;
  std::string_view activation() const override { return "sigmoid"; }
  void predict(Backend& backend, const Tensor& outputs, const Tensor& predictions) const override {
    backend.unary({UnaryOp::sigmoid}, outputs, predictions);
  }

 private:
  BinaryCrossEntropyOptions options_;
};

}  // namespace convlab
