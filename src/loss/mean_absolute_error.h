#pragma once

#include <vector>

#include "loss/pointwise_loss.h"

namespace convlab {

struct MeanAbsoluteErrorOptions {
  std::vector<double> class_weights;  ///< see ClassWeights

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// |z - t|; its gradient is 0 where z = t. Equals Keras' MeanAbsoluteError and PyTorch's L1Loss.
class MeanAbsoluteError final : public PointwiseLoss {
 public:
  explicit MeanAbsoluteError(const MeanAbsoluteErrorOptions& options = {});

  Options options() const override;

 private:
  MeanAbsoluteErrorOptions options_;
};

}  // namespace convlab
