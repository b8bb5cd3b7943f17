#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/fields.h"
#include "engine/run_options.h"

namespace convlab {

enum class RunState : uint8_t { empty, ready, waiting_for_data, running, paused, finished, failed };

/// A line of a chart; x is in epochs.
struct Curve {
  std::vector<float> x;
  std::vector<float> y;

  bool operator==(const Curve&) const = default;
};

/// A part of the snapshots: large, and shared by all snapshots until it changes.
template <class T>
class Part {
 public:
  Part() = default;
  Part(T value, uint64_t version)
      : value_(std::make_shared<const T>(std::move(value))), version_(version) {}

  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }
  /// The sequence number of the first snapshot that had it; 0: it was never made.
  uint64_t version() const { return version_; }

 private:
  std::shared_ptr<const T> value_ = std::make_shared<const T>();
  uint64_t version_ = 0;
};

/// Some of the images that the run validates on.
struct Samples {
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  std::vector<uint8_t> pixels;  ///< [count, height, width, channels]
  std::vector<int32_t> labels;  ///< [count]
};

/// Predictions for Samples; may be of fewer images while those arrive.
struct Predictions {
  std::vector<int32_t> classes;    ///< [count]
  std::vector<float> scores;       ///< [count]; of the predicted classes, as in Prediction
  bool are_probabilities = false;  ///< otherwise the scores are outputs of any size
};

/// The first layer's weights as images: the kernels of a convolution, or the rows of the weight
/// matrix of a dense layer that takes the image.
struct Filters {
  int64_t count = 0;
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  std::vector<float> weights;  ///< [count, height, width, channels]
};

/// Results of one finished epoch.
struct EpochResult {
  int64_t epoch = 0;      ///< from 1
  double train_loss = 0;  ///< mean over the epoch's steps, as the weights change
  double train_accuracy = 0;
  double val_loss = 0;
  double val_accuracy = 0;
  double learning_rate = 0;      ///< of the epoch's last step
  double seconds = 0;            ///< including validation
  double images_per_second = 0;  ///< of training

  bool operator==(const EpochResult&) const = default;
};

/// A request that takes time and is being carried out.
struct RunningRequest {
  uint64_t id = 0;           ///< 0 if none runs
  std::string name;          ///< as in requests.h, such as "evaluate"
  double progress = 0;       ///< 0 to 1
  double seconds_left = -1;  ///< negative: unknown
};
template <class Fields, MaybeConst<RunningRequest> S>
void visit(Fields& fields, S& running) {
  fields("id", running.id);
  fields("name", running.name);
  fields("progress", running.progress);
  fields("seconds_left", running.seconds_left);
}

/// The complete visible state of the engine at one moment. The last three are made only for front
/// ends that have subscribed to them (Subscribe).
struct Snapshot {
  uint64_t sequence = 0;  ///< increases with every snapshot
  RunState state = RunState::empty;
  std::string error;  ///< message for the user; empty if none

  RunningRequest running;
  RunOptions options;
  std::string backend;
  int32_t threads = 0;
  std::vector<std::string> class_names;
  std::string features;  ///< how the features were made that the network reads; empty: images
  int64_t parameters = 0;
  /// Versions, like those of Part: of options to parameters, of the curves, and of the history,
  /// which only grows while its version stays.
  uint64_t setup_version = 0;
  uint64_t curves_version = 0;
  uint64_t history_version = 0;
  uint64_t memory_bytes = 0;

  int64_t train_images = 0;       ///< number of images to train on
  int64_t validation_images = 0;  ///< number of images to validate on
  /// Whether these are the test images; otherwise they were set aside from the training images.
  bool validates_on_test = true;
  /// Number that has arrived so far of the training images, with those set aside.
  int64_t train_images_here = 0;
  int64_t step = 0;  ///< training steps done
  int64_t steps_per_epoch = 0;
  int64_t epoch = 0;              ///< epochs done
  int64_t epochs = 0;             ///< epochs planned
  double learning_rate = 0;       ///< base rate of the schedule, as set
  double step_learning_rate = 0;  ///< of the next step, from the schedule
  double images_per_second = 0;   ///< of training, moving average
  double seconds_left = -1;       ///< until the planned epochs are done; negative: unknown
  double loss = 0;                ///< training loss of the current epoch so far
  double accuracy = 0;

  int64_t restored_epoch = 0;      ///< epoch whose weights early stopping put back; 0: none
  std::vector<std::string> notes;  ///< sentences for the user about this run; empty if none
  int64_t unreadable_images = 0;   ///< left out so far, since they cannot be read
  std::vector<std::string> unreadable_reasons;  ///< names and why, of the first 100 of them
  std::string stop_reason;           ///< why a callback ended or paused training; empty if none
  std::vector<EpochResult> history;  ///< one entry per finished epoch
  Curve train_loss;
  Curve train_accuracy;
  Curve val_loss;
  Curve val_accuracy;
  Part<Samples> samples;
  Part<Predictions> predictions;
  Part<Filters> filters;
};

/// Returns the name used in the JSON, such as "running".
std::string_view to_string(RunState state);

/// A history, one number per epoch; epochs count from 1.
struct HistoryColumns {
  std::vector<double> train_loss;
  std::vector<double> train_accuracy;
  std::vector<double> val_loss;
  std::vector<double> val_accuracy;
  std::vector<double> learning_rate;
  std::vector<double> seconds;
  std::vector<double> images_per_second;

  template <class Use>
  void for_each(const Use& use) const {
    for (const auto* column : {&train_loss, &train_accuracy, &val_loss, &val_accuracy,
                               &learning_rate, &seconds, &images_per_second})
      use(*column);
  }
};

template <class Fields, MaybeConst<HistoryColumns> S>
void visit(Fields& fields, S& columns) {
  fields("train_loss", columns.train_loss);
  fields("train_accuracy", columns.train_accuracy);
  fields("val_loss", columns.val_loss);
  fields("val_accuracy", columns.val_accuracy);
  fields("learning_rate", columns.learning_rate);
  fields("seconds", columns.seconds);
  fields("images_per_second", columns.images_per_second);
}

inline HistoryColumns columns_of(std::span<const EpochResult> history) {
  HistoryColumns columns;
  for (const EpochResult& result : history) {
    columns.train_loss.push_back(result.train_loss);
    columns.train_accuracy.push_back(result.train_accuracy);
    columns.val_loss.push_back(result.val_loss);
    columns.val_accuracy.push_back(result.val_accuracy);
    columns.learning_rate.push_back(result.learning_rate);
    columns.seconds.push_back(result.seconds);
    columns.images_per_second.push_back(result.images_per_second);
  }
  return columns;
}

/// Appends the rows to a history. All columns must have the same length.
inline void append_rows(const HistoryColumns& columns, std::vector<EpochResult>& history) {
  for (size_t i = 0; i < columns.train_loss.size(); ++i) {
    history.push_back({.epoch = static_cast<int64_t>(history.size()) + 1,
                       .train_loss = columns.train_loss[i],
                       .train_accuracy = columns.train_accuracy[i],
                       .val_loss = columns.val_loss[i],
                       .val_accuracy = columns.val_accuracy[i],
                       .learning_rate = columns.learning_rate[i],
                       .seconds = columns.seconds[i],
                       .images_per_second = columns.images_per_second[i]});
  }
}

template <class Fields, MaybeConst<Curve> S>
void visit(Fields& fields, S& curve) {
  fields("x", curve.x);
  fields("y", curve.y);
}

template <class Fields, MaybeConst<Samples> S>
void visit(Fields& fields, S& samples) {
  fields("height", samples.height);
  fields("width", samples.width);
  fields("channels", samples.channels);
  fields("pixels", samples.pixels);
  fields("labels", samples.labels);
}

template <class Fields, MaybeConst<Predictions> S>
void visit(Fields& fields, S& predictions) {
  fields("classes", predictions.classes);
  fields("scores", predictions.scores);
  fields("are_probabilities", predictions.are_probabilities);
}

template <class Fields, MaybeConst<Filters> S>
void visit(Fields& fields, S& filters) {
  fields("count", filters.count);
  fields("height", filters.height);
  fields("width", filters.width);
  fields("channels", filters.channels);
  fields("weights", filters.weights);
}

/// The numbers, which are part of every message; the rest of a snapshot is sent where it changed.
template <class Fields, MaybeConst<Snapshot> S>
void visit(Fields& fields, S& snapshot) {
  fields("sequence", snapshot.sequence);
  fields("state", snapshot.state);
  fields("error", snapshot.error);
  fields("running", snapshot.running);
  fields("memory_bytes", snapshot.memory_bytes);
  fields("train_images", snapshot.train_images);
  fields("validation_images", snapshot.validation_images);
  fields("validates_on_test", snapshot.validates_on_test);
  fields("train_images_here", snapshot.train_images_here);
  fields("step", snapshot.step);
  fields("steps_per_epoch", snapshot.steps_per_epoch);
  fields("epoch", snapshot.epoch);
  fields("epochs", snapshot.epochs);
  fields("learning_rate", snapshot.learning_rate);
  fields("step_learning_rate", snapshot.step_learning_rate);
  fields("images_per_second", snapshot.images_per_second);
  fields("seconds_left", snapshot.seconds_left);
  fields("restored_epoch", snapshot.restored_epoch);
  fields("notes", snapshot.notes);
  fields("unreadable_images", snapshot.unreadable_images);
  fields("unreadable_reasons", snapshot.unreadable_reasons);
  fields("stop_reason", snapshot.stop_reason);
  fields("loss", snapshot.loss);
  fields("accuracy", snapshot.accuracy);
}

/// What is the same for the whole run, except for a few requests.
template <class Fields, MaybeConst<Snapshot> S>
void visit_setup(Fields& fields, S& snapshot) {
  fields("options", snapshot.options);
  fields("backend", snapshot.backend);
  fields("threads", snapshot.threads);
  fields("class_names", snapshot.class_names);
  fields("features", snapshot.features);
  fields("parameters", snapshot.parameters);
}

template <class Fields, MaybeConst<Snapshot> S>
void visit_curves(Fields& fields, S& snapshot) {
  fields("train_loss", snapshot.train_loss);
  fields("train_accuracy", snapshot.train_accuracy);
  fields("val_loss", snapshot.val_loss);
  fields("val_accuracy", snapshot.val_accuracy);
}

}  // namespace convlab
