#pragma once

#include <vector>

#include "loss/pointwise_loss.h"

namespace convlab {

struct HingeOptions {
  std::vector<double> class_weights;  ///< see ClassWeights

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// max(0, 1 - t z) for targets of -1 and 1, where 0 counts as -1, so that 0 and 1 do as well. As
/// Keras' Hinge, which looks at the whole batch before it takes 0 for -1.
class Hinge final : public PointwiseLoss {
 public:
  explicit Hinge(const HingeOptions& options = {});

  Options options() const override;

 private:
  HingeOptions options_;
};

}  // namespace convlab
