#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/options.h"

/// What front ends and the engine say to each other: Commands go in, Snapshots come out. Plain data
/// with one encoding, which is what crosses between the page's threads.
namespace convlab {

/// How a run trains. Names and options are those of the registries; learning_rate 0 takes the
/// optimizer's default.
struct RunOptions {
  std::string data = "mnist";
  std::string model = "mnist-cnn";
  std::string optimizer = "adam";
  Options optimizer_options;
  double learning_rate = 0;  ///< the schedule's base
  std::string schedule = "constant";
  Options schedule_options;
  double warmup_epochs = 0;  ///< before the schedule begins; may be a fraction
  Options update_options;    ///< UpdateOptions: clipping, accumulation, average of the weights
  int64_t batch = 128;
  int64_t epochs = 5;
  uint64_t seed = 1;
  double label_smoothing = 0;
  bool early_stopping = false;
  Options early_stopping_options;  ///< EarlyStoppingOptions: monitor, patience and so on
  double time_budget = 0;          ///< seconds from each Start until it pauses; 0: no end

  bool operator==(const RunOptions&) const = default;
};

/// Builds the network anew and opens the data set; ends what ran before.
struct Configure {
  RunOptions options;
};
/// Trains until the planned epochs are done: begins, resumes after Pause, or, after the end, goes
/// on for as many epochs again.
struct Start {};
struct Pause {};
/// One training step, then pause.
struct Step {};
/// Fresh weights from the same seed, nothing trained.
struct Reset {};
/// The base rate, which the schedule goes on to vary.
struct SetLearningRate {
  double learning_rate = 0;
};
using Command = std::variant<Configure, Start, Pause, Step, Reset, SetLearningRate>;

enum class RunState : uint8_t { empty, ready, waiting_for_data, running, paused, finished, failed };

/// A line of a chart; x counts epochs.
struct Curve {
  std::vector<float> x;
  std::vector<float> y;
};

/// Images of the test set and what the network takes them for.
struct Samples {
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  std::vector<uint8_t> pixels;       ///< [count, height, width, channels]
  std::vector<int32_t> labels;       ///< [count]
  std::vector<int32_t> predictions;  ///< [count]
  std::vector<float> confidences;    ///< [count], probability of the prediction
};

/// The first layer's weights as images: of a convolution its kernels, of a dense layer on an
/// image its rows.
struct Filters {
  int64_t count = 0;
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  std::vector<float> weights;  ///< [count, height, width, channels]
};

/// What one finished epoch came to.
struct EpochResult {
  int64_t epoch = 0;      ///< from 1
  double train_loss = 0;  ///< mean over the epoch's steps, while the weights changed
  double train_accuracy = 0;
  double val_loss = 0;
  double val_accuracy = 0;
  double learning_rate = 0;      ///< of its last step
  double seconds = 0;            ///< with validation
  double images_per_second = 0;  ///< of training
};

/// All that can be seen of the engine at one moment.
struct Snapshot {
  uint64_t sequence = 0;  ///< grows with every snapshot
  RunState state = RunState::empty;
  std::string error;  ///< for the user; empty if none

  RunOptions options;
  std::string backend;
  int32_t threads = 0;
  std::vector<std::string> class_names;
  int64_t parameters = 0;
  uint64_t memory_bytes = 0;

  int64_t train_images = 0;
  int64_t train_images_here = 0;  ///< arrived so far
  int64_t step = 0;               ///< training steps done
  int64_t steps_per_epoch = 0;
  int64_t epoch = 0;              ///< epochs done
  int64_t epochs = 0;             ///< epochs planned
  double learning_rate = 0;       ///< the base of the schedule, as set
  double step_learning_rate = 0;  ///< of the next step, by the schedule
  double images_per_second = 0;   ///< of training, lately
  double seconds_left = -1;       ///< to the end of the planned epochs; negative: not known yet
  double loss = 0;                ///< of the current epoch so far (training)
  double accuracy = 0;

  std::string stop_reason;           ///< why training ended before its epochs or paused by itself
  std::vector<EpochResult> history;  ///< of every finished epoch
  Curve train_loss;
  Curve train_accuracy;
  Curve val_loss;
  Curve val_accuracy;
  Samples samples;
  Filters filters;
};

/// A Snapshot as it crosses: small values as JSON, arrays in one block of bytes. In the JSON an
/// array stands as
/// {"type": "f32" | "i32" | "u8", "offset": bytes, "count": elements} into the block,
/// little-endian, aligned to 4 bytes.
struct EncodedSnapshot {
  std::string json;
  std::vector<uint8_t> block;
};

EncodedSnapshot encode(const Snapshot& snapshot);
/// Throws Error for what is no encoded snapshot: missing or foreign fields, ranges outside the
/// block.
Snapshot decode_snapshot(std::string_view json, std::span<const uint8_t> block);

/// {"command": "start"}, {"command": "configure", "options": {"data": "mnist", …}}, {"command":
/// "set_learning_rate", "learning_rate": 0.01}. Options of a kind are an object: {"momentum": 0.9}.
std::string encode(const Command& command);
/// Throws Error that says what is wrong and lists the known commands; omitted options keep their
/// defaults.
Command decode_command(std::string_view json);

/// "running" and so on: the names used in the JSON.
std::string_view to_string(RunState state);

}  // namespace convlab
