#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "data/loader.h"
#include "data/stratified_split.h"
#include "engine/curve_recorder.h"
#include "engine/metric_reader.h"
#include "engine/run_record.h"
#include "engine/snapshot.h"
#include "engine/tasks/task.h"
#include "nn/network.h"
#include "optim/schedules/schedule.h"
#include "train/callbacks/callback_list.h"
#include "train/trainer.h"

namespace convlab {

struct ModelFile;
class WorkerPool;
struct Explain;
struct ShowPixel;

/// Returns the epoch whose weights the network has; null within an epoch, whose weights were not
/// evaluated.
const EpochResult* result_of_weights(const Snapshot& snapshot);

/// One configured training run: its data, network and progress. It is independent of the engine's
/// commands and states.
class Run {
 public:
  static constexpr int64_t max_epochs = 100'000;
  static constexpr int64_t max_batch = 131'072;
  static constexpr int64_t sample_count = 30;  ///< number of test images in Samples
  /// stopped: a callback stopped training between two steps; `begin` continues it.
  enum class Progress : uint8_t { waiting, busy, stopped, finished };

  /// Throws Error, before anything is allocated, for unknown names, options out of range, a graph
  /// that does not match the data, and training that does not fit into memory, of which
  /// `reclaimable` bytes will be freed first.
  static void check(const RunOptions& options, const DatasetSplits& data, const Graph& graph,
                    const Backend& backend, uint64_t reclaimable);
  /// Throws Error as `check` does.
  Run(const RunOptions& options, DatasetSplits data, Graph graph, Backend& backend,
      std::function<double()> now, std::shared_ptr<WorkerPool> workers,
      std::function<Callbacks(Run&)> more_callbacks = {});

  /// Does one training step or validation batch, unless the planned epochs are done or its data has
  /// not arrived yet. A validation split and balanced class weights need all training images first.
  /// Throws Error when the loss is no longer finite.
  Progress advance();
  bool finished() const { return epoch_ >= epochs_ || ended_early_; }
  /// Starts or continues training; when it is finished, plans another options().epochs epochs.
  void begin();
  /// Returns why a callback stopped training; empty if none did.
  const std::string& stop_reason() const { return stop_reason_; }
  /// Why the last advance returned `stopped`, if the data could not be read; else empty.
  const std::string& data_error() const { return data_error_; }
  /// Ends the training now, as after the last planned epoch: callbacks may restore the best
  /// weights.
  void end();
  /// Goes back to before the first step, with the same initial weights.
  void reset();
  /// Sets the base learning rate of the schedule. Throws Error for a rate out of range.
  void set_learning_rate(double rate);
  /// Sets the number of planned epochs, which does not change the schedule. Throws Error unless it
  /// is at least the number of those that have begun, and at most max_epochs.
  void set_epochs(int64_t epochs);
  /// Call it after images have arrived in the data set.
  void data_arrived();
  /// Returns a checkpoint (checkpoint_file.h) of the run between two steps. Throws Error when the
  /// loss is no longer finite, so that it does not replace an earlier, usable checkpoint.
  std::vector<uint8_t> checkpoint();
  /// Restores a checkpoint; training then continues bitwise as it would have in the run that wrote
  /// it. Throws Error, naming `source`, and changes nothing if the checkpoint is invalid or belongs
  /// to a run with other options (except epochs and time_budget), data or network.
  void resume(std::vector<uint8_t> checkpoint, const std::string& source);

  /// Returns a model file with the weights used for evaluation. Throws Error if a weight is not
  /// finite.
  std::vector<uint8_t> model_file();
  /// Loads the weights of a file whose graph is that of the run; `reset` returns to them.
  /// Keeps the file in memory.
  void load(std::shared_ptr<const ModelFile> file);
  /// Returns the file of the last `load`; null if there was none.
  std::shared_ptr<const ModelFile> opened_model() const { return opened_model_; }
  /// Predicts the class of an image of the network's shape, [height, width, channels]. Throws Error
  /// for another number of bytes.
  Prediction predict_image(std::vector<uint8_t> pixels);
  /// Returns the output of the layer called `layer`, or of Grad-CAM's default layer if that is
  /// empty, for such an image. Throws Error that lists the layers if there is none of that name.
  LayerOutput layer_output(const std::vector<uint8_t>& pixels, const std::string& layer);
  /// Returns a task that explains the prediction for such an image; it must end before this run.
  /// Throws Error like make_explainer, and for the name of no class.
  std::unique_ptr<Task> explanation(std::vector<uint8_t> pixels, const Explain& what);
  /// Returns pixel_arithmetic for such an image, of the layer and place of `where`.
  PixelSum pixel_sum(const std::vector<uint8_t>& pixels, const ShowPixel& where);
  /// Returns a task that evaluates the network on the test images; it must end before this run.
  std::unique_ptr<Task> evaluation(int64_t top_k);

  const RunOptions& options() const { return options_; }
  const DatasetSplits& data() const { return data_; }
  int64_t epochs_done() const { return epoch_; }
  /// Returns the network with the weights used for evaluation.
  const Network& network();
  /// The kind of activation that the loss contains: Loss::activation.
  std::string_view loss_activation() const;
  /// Sets the fields of a snapshot that describe the run, except the parts of inspectors. Does not
  /// wait for the device: the loss and accuracy are the last that have arrived from it.
  void describe(Snapshot& snapshot);
  /// Returns Loss::predict of the outputs, [images, classes].
  std::vector<float> predict(const Batch& images);
  bool predicts_probabilities() const { return trainer_->predicts_probabilities(); }

 private:
  std::optional<bool> next_batch(Loader& loader);
  void describe_skipped(Snapshot& snapshot) const;
  Progress train_step();
  Progress validation_batch();
  void finish_epoch();
  void record_metrics(bool wait);
  void check_loss(double loss, int64_t step) const;
  static void check_learning_rate(double rate, const std::string& where);
  CallbackList make_callbacks();
  std::vector<NamedTensor> state_tensors();
  RunRecord record() const;
  void restore_callbacks(const RunRecord& record, const std::string& where);
  void check_data(const RunRecord& record, const std::string& where) const;
  void check_position(const RunRecord& record, const std::string& where) const;
  std::unique_ptr<Schedule> new_schedule() const;
  bool has_schedule_of(const RunOptions& other) const;
  void restore_schedule(const RunRecord& record);
  void note_resumed(const RunRecord& record);
  void note_activation();
  void note_classes();
  void note_selection();
  bool waits_for_labels() const;
  void restore(const RunRecord& record);
  double seconds_left() const;

  RunOptions options_;
  DatasetSplits data_;
  TrainValidation images_;  // views of data_
  std::function<double()> now_;
  std::shared_ptr<const ModelFile> opened_model_;
  bool activation_folded_;  // before network_, which gets the graph without it
  Network network_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<Schedule> schedule_;
  std::shared_ptr<WorkerPool> workers_;  // for loaders; null: none
  Loader train_loader_;
  Loader validation_loader_;
  CurveRecorder recorder_;
  MetricReader metrics_;  // after trainer_, whose backend it uses
  Curve val_loss_;
  Curve val_accuracy_;
  std::vector<EpochResult> history_;
  Batch batch_;
  std::function<Callbacks(Run&)> more_callbacks_;
  CallbackList callbacks_;
  std::string stop_reason_;
  std::string data_error_;
  std::vector<std::string> notes_;
  bool has_all_images_ = false;  // for training
  bool ended_early_ = false;
  bool validating_ = false;
  int64_t epoch_ = 0;
  int64_t epochs_ = 0;
  int64_t step_ = 0;
  int64_t schedule_epochs_ = 0;
  double learning_rate_ = 0;
  double train_seconds_ = 0;       // of the current epoch
  double validation_seconds_ = 0;  // of the current epoch
  int64_t epoch_images_ = 0;
  double images_per_second_ = 0;  // moving average
};

}  // namespace convlab
