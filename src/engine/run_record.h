#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/named_numbers.h"
#include "engine/curve_recorder.h"
#include "engine/protocol.h"
#include "io/checkpoint_file.h"

namespace convlab {

/// Where a run is between two steps: all of a checkpoint that is no tensor. The order of the data
/// and the dropout masks are functions of the seed, the epoch and the step, so these suffice.
struct RunRecord {
  RunOptions options;
  int64_t epochs = 0;       ///< planned
  int64_t epoch = 0;        ///< epochs done
  int64_t step = 0;         ///< training steps done
  int64_t batches = 0;      ///< training batches of this epoch done
  bool validating = false;  ///< this epoch's training batches are all done
  int64_t validation_batches = 0;
  double learning_rate = 0;
  double step_learning_rate = 0;  ///< of the last step, by the schedule
  double train_seconds = 0;       ///< of this epoch
  double validation_seconds = 0;  ///< of this epoch
  int64_t epoch_images = 0;
  double images_per_second = 0;
  CurveRecorder::Position curve;
  Curve train_loss;
  Curve train_accuracy;
  Curve val_loss;
  Curve val_accuracy;
  std::vector<EpochResult> history;
  /// What schedules of the learning rate remember; empty without any.
  NamedNumbers schedule;
  /// What callbacks remember: "early_stopping.wait" and the like.
  NamedNumbers callbacks;
};

CheckpointRun encode(const RunRecord& record);

/// Throws Error, beginning with `where`, for what is no record: missing or foreign fields, numbers
/// that contradict each other.
RunRecord decode_run_record(const CheckpointRun& run, const std::string& where);

/// Which options of `there` differ from those of `here`, "batch (64 there, 128 here), …"; empty if
/// none. Those that only say how long to train may differ.
std::string differing_options(const RunOptions& there, const RunOptions& here);

}  // namespace convlab
