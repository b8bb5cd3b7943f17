#pragma once

#include <functional>
#include <memory>

#include "data/loader.h"
#include "engine/curve_recorder.h"
#include "engine/protocol.h"
#include "engine/run_record.h"
#include "nn/network.h"
#include "optim/schedules/schedule.h"
#include "train/callbacks/callback_list.h"
#include "train/trainer.h"

namespace convlab {

/// One configured training: data, network and how far it has come. Knows no commands and no states
/// of a front end.
class Run {
 public:
  static constexpr int64_t max_epochs = 100'000;
  static constexpr int64_t max_batch = 131'072;
  /// stopped: between two steps, by a callback; begin goes on.
  enum class Progress : uint8_t { waiting, busy, stopped, finished };

  /// Throws Error for unknown names, options out of range, and a graph that does not fit the
  /// data or whose training does not fit the memory; nothing is allocated then.
  Run(const RunOptions& options, DatasetSplits data, Graph graph, Backend& backend,
      std::function<double()> now, int64_t prefetch,
      std::function<Callbacks()> more_callbacks = {});

  /// One training step or validation batch, unless the planned epochs are done or its data is not
  /// here. Throws Error when the loss is no longer a number.
  Progress advance();
  bool finished() const { return epoch_ >= epochs_ || ended_early_; }
  /// Training begins or goes on; after the end it has as many epochs again.
  void begin();
  /// Why a callback ended or stopped the training; empty if none did.
  const std::string& stop_reason() const { return stop_reason_; }
  /// Back to the first step, with the same weights as then.
  void reset();
  /// The base rate of the schedule.
  void set_learning_rate(double rate);
  void append_data(bool train, std::span<const uint8_t> shard, const std::string& source);
  /// A checkpoint (checkpoint_file.h) of where the run is now, between two steps. Throws Error when
  /// the loss is no longer a number: it is not to take the place of one before.
  std::vector<uint8_t> checkpoint();
  /// Goes on where the run was that wrote the checkpoint, bit for bit. Throws Error, naming
  /// `source`, and changes nothing, for what is no checkpoint of a run with these options (but for
  /// the number of epochs), data and network.
  void resume(std::vector<uint8_t> checkpoint, const std::string& source);

  const RunOptions& options() const { return options_; }
  int64_t epochs_done() const { return epoch_; }
  /// With the weights that evaluation takes.
  const Network& network();
  /// Fills what a snapshot shows of a run, but for `samples` and `filters`.
  void describe(Snapshot& snapshot) const;
  Samples samples();
  Filters filters() const;

 private:
  Progress train_step();
  Progress validation_batch();
  void finish_epoch();
  void check_loss(double loss) const;
  static void check_learning_rate(double rate, const std::string& where);
  CallbackList make_callbacks();
  std::vector<NamedTensor> state_tensors();
  RunRecord record() const;
  void restore_callbacks(const RunRecord& record, const std::string& where);
  void check_position(const RunRecord& record, const std::string& where) const;
  void restore(const RunRecord& record);
  double seconds_left() const;

  RunOptions options_;
  DatasetSplits data_;
  std::function<double()> now_;
  Network network_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<Schedule> schedule_;
  Loader train_loader_;
  Loader test_loader_;
  CurveRecorder recorder_;
  Curve val_loss_;
  Curve val_accuracy_;
  std::vector<EpochResult> history_;
  Batch batch_;
  std::function<Callbacks()> more_callbacks_;
  CallbackList callbacks_;
  std::string stop_reason_;
  bool ended_early_ = false;
  bool validating_ = false;
  int64_t epoch_ = 0;
  int64_t epochs_ = 0;
  int64_t step_ = 0;
  double learning_rate_ = 0;
  double train_seconds_ = 0;       // of this epoch
  double validation_seconds_ = 0;  // of this epoch
  int64_t epoch_images_ = 0;
  double images_per_second_ = 0;  // lately
};

}  // namespace convlab
