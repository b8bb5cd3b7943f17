#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/run_options.h"
#include "engine/snapshot.h"

/// The messages between front ends and the engine: the engine receives Commands and publishes
/// Snapshots. They are plain data with one encoding, in which they pass between the page's threads.
namespace convlab {

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

}  // namespace convlab
