#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/named_numbers.h"
#include "engine/curve_recorder.h"
#include "engine/protocol.h"
#include "io/checkpoint_file.h"
#include "train/updater.h"

namespace convlab {

/// The state of a run between two steps: everything in a checkpoint except the tensors. It holds no
/// state of random number generators, because the order of the images and the dropout masks are
/// functions of the seed, the epoch and the step.
struct RunRecord {
  int64_t version = 5;  ///< of the file; version 1 lacks what can be unknown below
  RunOptions options;   ///< without the architecture, which the checkpoint holds as a model file
  int64_t epochs = 0;   ///< planned
  int64_t epoch = 0;    ///< epochs done
  int64_t step = 0;     ///< training steps done
  UpdateProgress updates;
  bool averaged = false;  ///< the weights of the file are the average, see Updater::states
  /// Number of images, and Dataset::fingerprint once all have arrived; 0: unknown.
  int64_t train_images = 0;
  int64_t test_images = 0;
  uint64_t train_fingerprint = 0;
  uint64_t test_fingerprint = 0;
  int64_t schedule_epochs =
      0;                    ///< length of a schedule that ends with the run; 0: none, or unknown
  int64_t batches = 0;      ///< training batches done in the current epoch
  bool validating = false;  ///< all training batches of the current epoch are done
  int64_t validation_batches = 0;
  double learning_rate = 0;
  double step_learning_rate = 0;  ///< of the last step, from the schedule
  double train_seconds = 0;       ///< of the current epoch
  double validation_seconds = 0;  ///< of the current epoch
  int64_t epoch_images = 0;
  double images_per_second = 0;
  CurveRecorder::Position curve;
  Curve train_loss;
  Curve train_accuracy;
  Curve val_loss;
  Curve val_accuracy;
  std::vector<EpochResult> history;
  /// State of the learning rate schedule; empty if it has none.
  NamedNumbers schedule;
  /// State of the callbacks, with names such as "early_stopping.wait".
  NamedNumbers callbacks;
};

CheckpointRun encode(const RunRecord& record);

/// Reads versions 1 to 5. Throws Error, whose message begins with `where`, for an invalid record:
/// missing or unknown fields, or numbers that contradict each other.
RunRecord decode_run_record(const CheckpointRun& run, const std::string& where);

/// Lists the options of `there` that differ from those of `here`: "batch (64 there, 128 here), …";
/// empty if none. Options that may change when a run resumes are ignored: how long to train
/// (epochs, time_budget) and the learning rate schedule. So are the architecture and, if `here` has
/// one, the model's name: load_checkpoint compares the networks.
std::string differing_options(const RunOptions& there, const RunOptions& here);

}  // namespace convlab
