#pragma once

#include "loss/pointwise_loss.h"

namespace convlab {

/// (z - t)². Equals Keras' MeanSquaredError and PyTorch's MSELoss.
class MeanSquaredError final : public PointwiseLoss {
 public:
  MeanSquaredError()
      : PointwiseLoss("mean_squared_error", {.kind = PointwiseLossKind::squared_error}) {}
};

}  // namespace convlab
