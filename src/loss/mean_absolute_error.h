#pragma once

#include "loss/pointwise_loss.h"

namespace convlab {

/// |z - t|; its gradient is 0 where z = t. Equals Keras' MeanAbsoluteError and PyTorch's L1Loss.
class MeanAbsoluteError final : public PointwiseLoss {
 public:
  MeanAbsoluteError()
      : PointwiseLoss("mean_absolute_error", {.kind = PointwiseLossKind::absolute_error}) {}
};

}  // namespace convlab
