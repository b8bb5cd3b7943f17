#pragma once

#include <vector>

#include "loss/pointwise_loss.h"

namespace convlab {

struct MeanSquaredErrorOptions {
  std::vector<double> class_weights;  ///< see ClassWeights

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// (z - t)². Equals Keras' MeanSquaredError and PyTorch's MSELoss.
class MeanSquaredError final : public PointwiseLoss {
 public:
  explicit MeanSquaredError(const MeanSquaredErrorOptions& options = {});

  Options options() const override;

 private:
  MeanSquaredErrorOptions options_;
};

}  // namespace convlab
