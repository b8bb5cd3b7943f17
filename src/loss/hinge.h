#pragma once

#include <vector>

#include "loss/pointwise_loss.h"

namespace convlab {

struct HingeOptions {
  std::vector<double> class_weights;  ///< see ClassWeights

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// max(0, 1 - t z) for targets t of -1 and 1; a target of 0 counts as -1, so targets of 0 and 1
/// work too. Like Keras' Hinge, which converts 0 to -1 only if the whole batch consists of 0 and 1.
class Hinge final : public PointwiseLoss {
 public:
  explicit Hinge(const HingeOptions& options = {});

  Options options() const override;

 private:
  HingeOptions options_;
};

}  // namespace convlab
