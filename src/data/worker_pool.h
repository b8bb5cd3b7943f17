#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
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

/// An image as its data set stores it, read ahead.
struct StoredImage {
  std::vector<uint8_t> buffer;
  std::span<const uint8_t> bytes;  ///< of `buffer`, or of the data set
};

/// A batch in preparation, whose images are loaded into their places on any thread.
struct PendingBatch {
  /// Loads the image at `position` of the batch. What cannot be read gets a text in `failures`.
  using Load = std::function<void(PendingBatch& batch, size_t position, DecodeMemory& memory)>;

  Batch batch;
  std::vector<std::string> failures;       ///< [size]: why an image cannot be used; empty: it can
  std::vector<StoredImage> stored;         ///< [size], or empty if `load` reads the images itself
  std::atomic<uint64_t> stored_bytes = 0;  ///< that the buffers of `stored` hold
  size_t released = 0;                     ///< number of images, the first ones, that can be loaded
  Load load;
  std::exception_ptr error;  ///< what `load` threw

  size_t size() const { return batch.indices.size(); }
};

/// Threads that load the images of batches, for any number of queues.
class WorkerPool {
 public:
  /// Goes on with fewer threads than asked for, but at least one; throws std::system_error without
  /// any.
  explicit WorkerPool(int64_t threads);
  /// All queues must be gone.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

 private:
  friend class BatchQueue;
  struct Entry {
    std::unique_ptr<PendingBatch> batch;
    size_t chunk = 1;
    size_t released = 0;  // PendingBatch::released
    size_t begun = 0;     // images that a thread has taken
    size_t done = 0;

    bool has_work() const { return begun < released; }
    bool complete() const { return done == batch->size(); }
  };

  void run();
  void load_chunk(Entry& entry, DecodeMemory& memory, std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable work_;  // there is something to load, or it is time to stop
  std::condition_variable done_;  // images have been loaded
  bool stop_ = false;
  // Shared with threads that may still be at work on batches that were discarded. In the order in
  // which they were added; without those of which all images have been begun.
  std::deque<std::shared_ptr<Entry>> entries_;
  std::vector<std::thread> threads_;  // declared last: they use all of the above
};

/// Returns a pool, or null for no threads. Throws Error for less than that.
std::shared_ptr<WorkerPool> make_workers(int64_t threads);

/// Batches that the threads of a pool load, in a queue that keeps their order. Its functions are
/// called by one thread, which loads images, too, while it waits: without it, threads that cannot
/// start would mean waiting for ever.
class BatchQueue {
 public:
  /// `chunk`: number of images that a thread takes at once.
  BatchQueue(std::shared_ptr<WorkerPool> pool, size_t chunk);
  /// Waits only for the images that are being loaded.
  ~BatchQueue();
  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;

  /// Adds a batch at the end. Images beyond PendingBatch::released wait for `release`.
  void add(std::unique_ptr<PendingBatch> batch);
  size_t size() const { return queue_.size(); }
  /// Returns the batch at `position`, of which nothing but `stored`, `failures` and `released` of
  /// images that are not released yet may be changed.
  PendingBatch& at(size_t position) { return *queue_[position]->batch; }
  /// Lets threads load the images of the batch at `position` up to its `released`.
  void release(size_t position);
  /// Helps with the first batch, or waits until another thread has loaded some of it; returns at
  /// once if the images that are released are loaded. Returns whether the batch is complete.
  bool help(DecodeMemory& memory);
  /// Returns the first batch, which must be complete, and takes it out of the queue. Rethrows what
  /// its Load threw.
  std::unique_ptr<PendingBatch> take();
  /// Empties the queue without waiting.
  void clear();

 private:
  std::shared_ptr<WorkerPool> pool_;
  size_t chunk_;
  std::deque<std::shared_ptr<WorkerPool::Entry>> queue_;
  // Discarded while images of them were being loaded.
  std::vector<std::shared_ptr<WorkerPool::Entry>> discarded_;
};

}  // namespace convlab
