#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/engine.h"

namespace convlab {

/// An engine on its own thread, which trains while there is something to do and otherwise sleeps
/// until the next request.
class EngineThread {
 public:
  /// `published` is called on the engine's thread after each new snapshot. Each reply follows
  /// a new snapshot or is followed by one.
  EngineThread(EngineEnvironment environment, std::function<void()> published);
  EngineThread(const EngineThread&) = delete;
  EngineThread& operator=(const EngineThread&) = delete;
  /// Waits for the current step to end.
  ~EngineThread();

  /// May be called from any thread.
  void send(Request request, uint64_t id = 0);
  std::optional<Reply> take_reply() { return engine_.take_reply(); }
  std::shared_ptr<const Snapshot> snapshot() const { return engine_.snapshot(); }

 private:
  void work(const std::stop_token& stop);

  Engine engine_;
  std::function<void()> published_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool sent_ = false;
  std::jthread thread_;  // last, so that it ends before the members that it uses are destroyed
};

}  // namespace convlab
