#pragma once

#include "loss/pointwise_loss.h"

namespace convlab {

/// max(0, 1 - t z) for targets t of -1 and 1; a target of 0 counts as -1, so targets of 0 and 1
/// work too. Like Keras' Hinge, which converts 0 to -1 only if the whole batch consists of 0 and 1.
/// Mixed labels mix rows of -1 and 1: the target of a class with weight w is 2 w - 1.
class Hinge final : public PointwiseLoss {
 public:
  Hinge() : PointwiseLoss("hinge", {.kind = PointwiseLossKind::hinge}) {}
};

}  // namespace convlab
