#pragma once

#include "engine/protocol.h"
#include "train/trainer.h"

namespace convlab {

/// Turns running sums of metrics into two lines of bounded length. When they grow too long,
/// neighbouring points are merged and from then on points are recorded half as often.
class CurveRecorder {
 public:
  static constexpr size_t most_points = 1024;

  explicit CurveRecorder(int64_t steps_per_epoch);

  /// Whether a point is due after training step `step` (from 1).
  bool due(int64_t step) const { return step % interval_ == 0; }
  /// Adds the mean since the last point; `metrics` are the epoch's so far.
  void record(double epochs, const Metrics& metrics);
  /// The sums start anew.
  void start_epoch() { last_ = {}; }

  const Curve& loss() const { return loss_; }
  const Curve& accuracy() const { return accuracy_; }

 private:
  int64_t interval_;
  Metrics last_;
  Curve loss_;
  Curve accuracy_;
};

}  // namespace convlab
