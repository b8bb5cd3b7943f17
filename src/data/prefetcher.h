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

/// Prepares batches ahead of time on its own thread, in a queue of bounded length.
class Prefetcher {
 public:
  /// Fills the batch and returns true, or returns false when there are no more. Runs on the thread.
  using Make = std::function<bool(Batch&)>;

  explicit Prefetcher(int64_t depth);
  /// Waits only for the batch that is being prepared.
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// Discards the queued batches and continues with those from `make`.
  void start(Make make);
  /// Swaps `batch` with the next one and returns true, or returns false if there are no more.
  /// Rethrows an exception of `make` after the batches made before it, and again on every further
  /// call until `start`.
  bool next(Batch& batch);

 private:
  void run();
  void recycle(Batch&& batch);

  const size_t depth_;
  std::mutex mutex_;
  std::condition_variable wanted_;  // the queue has room, or it is time to stop
  std::condition_variable made_;
  std::shared_ptr<Make> make_;
  uint64_t generation_ = 0;  // number of calls of start; batches of an older one are discarded
  bool stop_ = false;
  bool finished_ = true;
  std::exception_ptr error_;
  std::deque<Batch> queue_;
  std::vector<Batch> spare_;  // used batches, kept to reuse their memory
  std::thread thread_;        // declared last: it uses all of the above
};

}  // namespace convlab
