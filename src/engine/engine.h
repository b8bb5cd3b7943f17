#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "engine/environment.h"
#include "engine/replies.h"
#include "engine/requests.h"
#include "engine/snapshot.h"

namespace convlab {

/// Result of Engine::advance.
enum class Activity : uint8_t {
  idle,     ///< nothing to do until the next request
  waiting,  ///< for data that has not arrived yet
  busy,     ///< more to do: call advance again
};

/// The API that every front end uses. It has no thread of its own: the owner calls `advance`
/// repeatedly from one thread, the only one that uses the backend. `send`, `take_reply` and
/// `snapshot` may be called from any thread.
class Engine {
 public:
  /// Number of requests that may wait, and of replies that nobody has taken yet, together.
  static constexpr size_t max_waiting = 1000;

  explicit Engine(EngineEnvironment environment);
  ~Engine();

  /// Queues a request. Requests are carried out in order, between two training steps. Those that
  /// take time (Evaluate, FindLearningRate, Bench) are carried out one after another in slices,
  /// while training waits, unless it is on features that the request computes (ExtractFeatures);
  /// other requests are answered between the slices. They are cancelled if the run that they use
  /// ends. With an id, there will be one reply; without (0), there is one
  /// only for an error. Throws Error if the id is that of another request without a reply, and
  /// beyond max_waiting.
  void send(Request request, uint64_t id = 0);
  /// Returns the next reply, if there is one.
  std::optional<Reply> take_reply();
  /// Returns the latest snapshot; never null.
  std::shared_ptr<const Snapshot> snapshot() const;
  /// Carries out the queued requests and then does one slice of a long one, one training step, or
  /// one validation batch at most.
  Activity advance();

  /// Sends a request and returns its result after carrying it out, without training. Calls
  /// `progressed` between the slices. Throws Error with the message of a reply that is an error.
  /// Only for the thread that calls `advance`.
  template <class ResultType>
  ResultType call(Request request, const std::function<void(const Snapshot&)>& progressed = {}) {
    return std::get<ResultType>(call_any(std::move(request), progressed));
  }

  /// Call it after images have arrived in a data set that EngineEnvironment::open_data returned.
  /// Only for the thread that calls `advance`.
  void data_arrived();

 private:
  Result call_any(Request request, const std::function<void(const Snapshot&)>& progressed);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace convlab
