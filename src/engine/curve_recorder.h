#pragma once

#include "engine/protocol.h"
#include "train/trainer.h"

namespace convlab {

/// Turns the running metrics of an epoch into curves of loss and accuracy with less than max_points
/// points. When a curve reaches that length, pairs of neighbouring points are merged, and from then
/// on points are recorded half as often.
class CurveRecorder {
 public:
  static constexpr size_t max_points = 1024;

  /// The state besides the curves, for checkpoints.
  struct Position {
    int64_t interval = 1;  ///< training steps between two points
    double last_loss = 0;  ///< the metrics at the last point
    double last_accuracy = 0;
    int64_t last_samples = 0;
  };

  explicit CurveRecorder(int64_t steps_per_epoch);
  /// Restores a recorder from the state and curves of another.
  CurveRecorder(const Position& position, Curve loss, Curve accuracy);

  /// Returns whether a point is to be recorded after training step `step` (counted from 1).
  bool due(int64_t step) const { return step % interval_ == 0; }
  /// Adds the mean since the last point; `metrics` are those of the current epoch so far.
  void record(double epochs, const Metrics& metrics);
  /// Must be called when the metrics are reset for a new epoch.
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
