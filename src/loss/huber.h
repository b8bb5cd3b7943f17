#pragma once

#include "loss/pointwise_loss.h"

namespace convlab {

struct HuberOptions {
  double delta = 1;  ///< |z - t| where the linear part begins

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// (z - t)² / 2 if |z - t| is at most delta, else delta (|z - t| - delta / 2) (Huber 1964). Equals
/// Keras' Huber and PyTorch's HuberLoss.
class Huber final : public PointwiseLoss {
 public:
  explicit Huber(const HuberOptions& options = {});

  Options options() const override;

 private:
  HuberOptions options_;
};

}  // namespace convlab
