#pragma once

#include <functional>
#include <memory>
#include <string>

#include "backend/backend.h"
#include "data/dataset.h"
#include "engine/protocol.h"
#include "nn/network.h"
#include "train/callbacks/callback_list.h"

namespace convlab {

/// Result of Engine::advance.
enum class Activity : uint8_t {
  idle,     ///< nothing to do until the next command
  waiting,  ///< for data that has not arrived yet
  busy,     ///< more to do: call advance again
};

/// Everything that an engine needs from its front end.
struct EngineEnvironment {
  std::unique_ptr<Backend> backend;
  /// Opens a data set by name. It may be empty at first and be filled by Engine::append_data.
  std::function<DatasetSplits(const std::string& name)> open_data;
  /// Creates additional callbacks for each run, besides those that its options ask for: front ends
  /// write files in them. Empty: none.
  std::function<Callbacks()> callbacks;
  /// Returns seconds of a monotonic clock.
  std::function<double()> now;
  /// Number of batches that a background thread prepares in advance; must be 0 without threads and
  /// while the data set is still arriving.
  int64_t prefetch = 0;
};

/// The API through which every front end trains. It has no thread of its own: the owner calls
/// `advance` repeatedly from one thread, the only one that uses the backend. `send` and `snapshot`
/// may be called from any thread.
class Engine {
 public:
  explicit Engine(EngineEnvironment environment);
  ~Engine();

  /// Queues a command for the next `advance`, between two steps. Errors are reported in the
  /// snapshot.
  void send(Command command);
  /// Returns the latest snapshot; never null.
  std::shared_ptr<const Snapshot> snapshot() const;
  /// Applies the queued commands and then does one training step or one validation batch at most.
  Activity advance();

  /// Returns the current network, with the moving average of its weights if the run keeps one; null
  /// before the first Configure. Only for the thread that calls `advance`.
  const Network* network() const;

  /// Publishes a snapshot of the current state; `advance` leaves some out. Only for the thread that
  /// calls `advance`.
  void refresh();

  /// Ends the training, also within an epoch (see Run::end). Only for the thread that calls
  /// `advance`.
  void end();

  /// Returns a checkpoint of the run between two steps. Training resumed from it gives bitwise the
  /// same results. Throws Error before the first Configure. Only for the thread that calls
  /// `advance`.
  std::vector<uint8_t> checkpoint();
  /// Restores a checkpoint into a run that was just configured; `source` names it in errors. An
  /// error (see Run::resume) sets the state to failed and is reported in the snapshot. Only for the
  /// thread that calls `advance`.
  void resume(std::vector<uint8_t> checkpoint, const std::string& source);

  /// Appends images to the data set `data`; ignored if that is no longer the configured one.
  /// `shard` has the format of formats/shard.h. An invalid shard sets the state to failed. Only for
  /// the thread that calls `advance`.
  void append_data(const std::string& data, bool train, std::span<const uint8_t> shard,
                   const std::string& source);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace convlab
