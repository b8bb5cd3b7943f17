#pragma once

#include "loss/loss.h"

namespace convlab {

/// Base class of losses computed for each output separately; the loss of a row is the mean over its
/// outputs.
class PointwiseLoss : public Loss {
 public:
  PointwiseLoss(std::string_view kind, const PointwiseLossDesc& desc) : kind_(kind), desc_(desc) {}

  std::string_view kind() const final { return kind_; }
  void run(Backend& backend, const Tensor& outputs, const LossTargets& targets,
           const Tensor& class_weights, const Tensor& grad, const Tensor& sums) const final {
    backend.pointwise_loss(desc_, outputs, targets, class_weights, grad, sums);
  }

 private:
  std::string_view kind_;
  PointwiseLossDesc desc_;
};

}  // namespace convlab
