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

/// What Engine::advance found to do.
enum class Activity : uint8_t {
  idle,     ///< nothing until a command comes
  waiting,  ///< for data
  busy,     ///< call again
};

/// What an engine is given from outside.
struct EngineEnvironment {
  std::unique_ptr<Backend> backend;
  /// Opens a data set by name; it may still be empty and be filled by Engine::append_data.
  std::function<DatasetSplits(const std::string& name)> open_data;
  /// Builds the model of a name for images of a shape and so many classes; empty: the zoo's.
  std::function<Graph(const std::string& model, const Shape& image, int64_t classes)> build_model;
  /// Callbacks of each run beside those that its options ask for: what writes files is the front
  /// end's business. Empty: none.
  std::function<Callbacks()> callbacks;
  /// Seconds, monotonic.
  std::function<double()> now;
  /// How many batches a thread makes ahead; 0 where there are no threads or the data set is still
  /// arriving.
  int64_t prefetch = 0;
};

/// The API through which every front end trains. It has no thread: whoever owns it calls `advance`,
/// from one thread, which alone touches the backend. `send` and `snapshot` may be called from any
/// thread.
class Engine {
 public:
  explicit Engine(EngineEnvironment environment);
  ~Engine();

  /// Applied at the next `advance`, between two steps. Errors show in the snapshot.
  void send(Command command);
  /// The latest; never null.
  std::shared_ptr<const Snapshot> snapshot() const;
  /// One training step, one validation batch or less.
  Activity advance();

  /// The network as it is now, with the average of its weights where the run keeps one; null before
  /// the first Configure. For advance's thread.
  const Network* network() const;

  /// A checkpoint of the run as it is between two steps, from which `resume` goes on bit for bit.
  /// Throws Error before the first Configure. For advance's thread.
  std::vector<uint8_t> checkpoint();
  /// Brings a run that was just configured to where the checkpoint's was. What is wrong with it
  /// (see Run::resume) fails the run and shows in the snapshot. For advance's thread.
  void resume(std::vector<uint8_t> checkpoint, const std::string& source);

  /// More images of the data set `data` (ignored if it is no longer the chosen one). `shard` is
  /// one of formats/shard.h; a bad one fails the run. Called from advance's thread.
  void append_data(const std::string& data, bool train, std::span<const uint8_t> shard,
                   const std::string& source);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace convlab
