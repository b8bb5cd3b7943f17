#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "data/batch.h"

namespace convlab {

/// Makes batches ahead on one thread of its own, into a queue of bounded length.
class Prefetcher {
 public:
  /// Fills the batch and returns true, or returns false when there are no more. Called on the
  /// thread.
  using Make = std::function<bool(Batch&)>;

  explicit Prefetcher(int64_t depth);
  /// Waits for the batch in the making, no longer.
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// Drops what is queued and goes on with what `make` makes.
  void start(Make make);
  /// Exchanges `batch` for the next one and returns true; or false when there are no more. An
  /// exception of `make` comes out here, after the batches made before it, and again on every
  /// further call until `start`.
  bool next(Batch& batch);

 private:
  void run();
  void recycle(Batch&& batch);

  const size_t depth_;
  std::mutex mutex_;
  std::condition_variable wanted_;  // the queue has room, or it is time to stop
  std::condition_variable made_;
  std::shared_ptr<Make> make_;
  uint64_t generation_ = 0;  // counts calls of start, so that a batch of an older one is dropped
  bool stop_ = false;
  bool finished_ = true;
  std::exception_ptr error_;
  std::deque<Batch> queue_;
  std::vector<Batch> spare_;  // used batches, for their memory
  std::thread thread_;        // last: it uses all of the above
};

}  // namespace convlab
