#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/options.h"

/// The messages between front ends and the engine: the engine receives Commands and publishes
/// Snapshots. They are plain data with one encoding, in which they pass between the page's threads.
namespace convlab {

/// Options of a training run. Names and options are those of the registries (data sets, zoo,
/// optimizers, schedules).
struct RunOptions {
  std::string data = "mnist";
  std::string model = "mnist-cnn";
  std::string optimizer = "adam";
  Options optimizer_options;
  double learning_rate = 0;  ///< base rate of the schedule; 0: the optimizer's default
  std::string schedule = "constant";
  Options schedule_options;
  double warmup_epochs = 0;  ///< before the schedule; may be fractional
  Options update_options;    ///< UpdateOptions: clipping, accumulation, moving average
  int64_t batch = 128;
  int64_t epochs = 5;
  uint64_t seed = 1;
  double label_smoothing = 0;
  bool early_stopping = false;
  Options early_stopping_options;  ///< EarlyStoppingOptions: monitor, patience, …
  double time_budget = 0;          ///< seconds from each Start until it pauses; 0: no limit

  bool operator==(const RunOptions&) const = default;
};

/// Builds a new network and opens the data set. Ends the run before.
struct Configure {
  RunOptions options;
};
/// Trains until the planned epochs are done: starts, resumes after Pause or, when they are done,
/// trains for another `epochs` epochs.
struct Start {};
struct Pause {};
/// Does one training step, then pauses.
struct Step {};
/// Initializes the weights again from the same seed and discards all training progress.
struct Reset {};
/// Sets the base learning rate, from which the schedule computes that of each step.
struct SetLearningRate {
  double learning_rate = 0;
};
using Command = std::variant<Configure, Start, Pause, Step, Reset, SetLearningRate>;

enum class RunState : uint8_t { empty, ready, waiting_for_data, running, paused, finished, failed };

/// A line of a chart; x is in epochs.
struct Curve {
  std::vector<float> x;
  std::vector<float> y;
};

/// Images of the test set with the predictions of the network.
struct Samples {
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  std::vector<uint8_t> pixels;       ///< [count, height, width, channels]
  std::vector<int32_t> labels;       ///< [count]
  std::vector<int32_t> predictions;  ///< [count]
  std::vector<float> confidences;    ///< [count], probability of the prediction
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
};

/// The complete visible state of the engine at one moment.
struct Snapshot {
  uint64_t sequence = 0;  ///< increases with every snapshot
  RunState state = RunState::empty;
  std::string error;  ///< message for the user; empty if none

  RunOptions options;
  std::string backend;
  int32_t threads = 0;
  std::vector<std::string> class_names;
  int64_t parameters = 0;
  uint64_t memory_bytes = 0;

  int64_t train_images = 0;
  int64_t train_images_here = 0;  ///< number that has arrived so far
  int64_t step = 0;               ///< training steps done
  int64_t steps_per_epoch = 0;
  int64_t epoch = 0;              ///< epochs done
  int64_t epochs = 0;             ///< epochs planned
  double learning_rate = 0;       ///< base rate of the schedule, as set
  double step_learning_rate = 0;  ///< of the next step, from the schedule
  double images_per_second = 0;   ///< of training, moving average
  double seconds_left = -1;       ///< until the planned epochs are done; negative: unknown
  double loss = 0;                ///< training loss of the current epoch so far
  double accuracy = 0;

  int64_t restored_epoch = 0;        ///< epoch whose weights early stopping put back; 0: none
  std::vector<std::string> notes;    ///< sentences for the user about this run; empty if none
  std::string stop_reason;           ///< why a callback ended or paused training; empty if none
  std::vector<EpochResult> history;  ///< one entry per finished epoch
  Curve train_loss;
  Curve train_accuracy;
  Curve val_loss;
  Curve val_accuracy;
  Samples samples;
  Filters filters;
};

/// An encoded Snapshot: small values as JSON, arrays in one block of bytes. The JSON refers to an
/// array in the block as {"type": "f32" | "i32" | "u8", "offset": bytes, "count": elements};
/// elements are little-endian, offsets multiples of 4 bytes.
struct EncodedSnapshot {
  std::string json;
  std::vector<uint8_t> block;
};

EncodedSnapshot encode(const Snapshot& snapshot);
/// Throws Error for an invalid encoding: missing or unknown fields, arrays outside the block.
Snapshot decode_snapshot(std::string_view json, std::span<const uint8_t> block);

/// Returns JSON: {"command": "start"}, {"command": "configure", "options": {"data": "mnist", …}},
/// {"command": "set_learning_rate", "learning_rate": 0.01}. Options such as optimizer_options are
/// an object: {"momentum": 0.9}.
std::string encode(const Command& command);
/// Omitted options keep their defaults. Throws Error for invalid JSON, for an unknown command
/// (listing the known ones), and for unknown or invalid fields.
Command decode_command(std::string_view json);

/// Returns the name used in the JSON, such as "running".
std::string_view to_string(RunState state);

}  // namespace convlab
