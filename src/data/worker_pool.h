#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "data/augment/augmentation.h"
#include "data/batch.h"
#include "data/image_decoder.h"

namespace convlab {

/// Memory that a thread reuses from image to image.
struct DecodeMemory {
  std::vector<uint8_t> stored;
  DecodedImage decoded;
  Augmentation::Scratch scratch;
};

/// A batch in preparation, whose images are loaded into their places on any thread.
struct PendingBatch {
  /// Loads the image at `position` of the batch. What cannot be read gets a text in `failures`.
  using Load = std::function<void(PendingBatch& batch, size_t position, DecodeMemory& memory)>;

  Batch batch;
  std::vector<std::string> failures;  ///< [size]: why an image cannot be used; empty: it can
  Load load;
  std::exception_ptr error;  ///< what `load` threw

  size_t size() const { return batch.indices.size(); }
};

/// Loads batches on several threads, in a queue that keeps their order.
class WorkerPool {
 public:
  /// `chunk`: number of images that a thread takes at once. Goes on with fewer threads than asked
  /// for, but at least one; throws std::system_error without any.
  WorkerPool(int64_t threads, size_t chunk);
  /// Waits only for the images that are being loaded.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Adds a batch at the end of the queue.
  void add(std::unique_ptr<PendingBatch> batch);
  /// Number of batches in the queue.
  size_t size() const { return queue_.size(); }
  /// Returns the first batch when all of it is loaded, and takes it out of the queue, which must
  /// not be empty. Rethrows what its Load threw.
  std::unique_ptr<PendingBatch> take();
  /// Empties the queue without waiting.
  void clear();

 private:
  struct Entry {
    std::unique_ptr<PendingBatch> batch;
    size_t begun = 0;  // images that a thread has taken
    size_t done = 0;
  };

  void run();
  std::shared_ptr<Entry> wanted() const;

  const size_t chunk_;
  std::mutex mutex_;
  std::condition_variable work_;  // there is something to load, or it is time to stop
  std::condition_variable done_;
  bool stop_ = false;
  // Shared with the threads, which may still be at work on batches that were discarded.
  std::deque<std::shared_ptr<Entry>> queue_;
  std::vector<std::thread> threads_;  // declared last: they use all of the above
};

}  // namespace convlab
