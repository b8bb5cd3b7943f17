#pragma once

#include "engine/protocol.h"
#include "train/trainer.h"

namespace convlab {

/// Turns running sums of metrics into two lines of bounded length. When they grow too long,
/// neighbouring points are merged and from then on points are recorded half as often.
class CurveRecorder {
 public:
  static constexpr size_t max_points = 1024;

  /// What it remembers beside its lines.
  struct Position {
    int64_t interval = 1;  ///< steps from point to point
    double last_loss = 0;  ///< the metrics at the last point
    double last_accuracy = 0;
    int64_t last_samples = 0;
  };

  explicit CurveRecorder(int64_t steps_per_epoch);
  /// One that goes on where another was.
  CurveRecorder(const Position& position, Curve loss, Curve accuracy);

  /// Whether a point is due after training step `step` (from 1).
  bool due(int64_t step) const { return step % interval_ == 0; }
  /// Adds the mean since the last point; `metrics` are the epoch's so far.
  void record(double epochs, const Metrics& metrics);
  /// The sums start anew.
  void start_epoch() { last_ = {}; }

  Position position() const { return {interval_, last_.loss, last_.accuracy, last_.samples}; }
  const Curve& loss() const { return loss_; }
  const Curve& accuracy() const { return accuracy_; }

 private:
  int64_t interval_;
  Metrics last_;
  Curve loss_;
  Curve accuracy_;
};

}  // namespace convlab
