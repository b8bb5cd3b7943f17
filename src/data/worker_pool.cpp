#include "data/worker_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace convlab {

WorkerPool::WorkerPool(int64_t threads) {
  for (int64_t i = 0; i < threads; ++i) {
    try {
      threads_.emplace_back([this] { run(); });
    } catch (const std::system_error&) {
      if (threads_.empty()) throw;
      return;
    }
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::run() {
  DecodeMemory memory;
  std::unique_lock lock(mutex_);
  while (true) {
    std::shared_ptr<Entry> entry;
    work_.wait(lock, [&] {
      const auto found = std::find_if(entries_.begin(), entries_.end(),
                                      [](const auto& one) { return one->has_work(); });
      if (found != entries_.end()) entry = *found;
      return stop_ || entry != nullptr;
    });
    if (stop_) return;
    load_chunk(*entry, memory, lock);
  }
}

/// Loads the next images of an entry that has some, without the lock.
void WorkerPool::load_chunk(Entry& entry, DecodeMemory& memory,
                            std::unique_lock<std::mutex>& lock) {
  PendingBatch& batch = *entry.batch;
  const size_t begin = entry.begun;
  const size_t end = std::min(begin + entry.chunk, entry.released);
  entry.begun = end;
  if (end == batch.size())
    std::erase_if(entries_, [&](const auto& one) { return &*one == &entry; });
  lock.unlock();
  std::exception_ptr error;
  try {
    for (size_t i = begin; i < end; ++i) batch.load(batch, i, memory);
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  if (error) batch.error = error;
  entry.done += end - begin;
  done_.notify_all();
}

std::shared_ptr<WorkerPool> make_workers(int64_t threads) {
  if (threads < 0) fail("[loader] {} workers; expected at least 0", threads);
  return threads == 0 ? nullptr : std::make_shared<WorkerPool>(threads);
}

BatchQueue::BatchQueue(std::shared_ptr<WorkerPool> pool, size_t chunk)
    : pool_(std::move(pool)), chunk_(chunk) {}

BatchQueue::~BatchQueue() {
  clear();
  std::unique_lock lock(pool_->mutex_);
  pool_->done_.wait(lock, [this] {
    return std::all_of(discarded_.begin(), discarded_.end(),
                       [](const auto& entry) { return entry->done == entry->begun; });
  });
}

void BatchQueue::add(std::unique_ptr<PendingBatch> batch) {
  auto entry = std::make_shared<WorkerPool::Entry>();
  entry->batch = std::move(batch);
  entry->chunk = chunk_;
  queue_.push_back(entry);
  {
    const std::lock_guard lock(pool_->mutex_);
    pool_->entries_.push_back(std::move(entry));
  }
  release(queue_.size() - 1);
}

void BatchQueue::release(size_t position) {
  WorkerPool::Entry& entry = *queue_[position];
  const size_t released = entry.batch->released;
  size_t more = 0;
  {
    const std::lock_guard lock(pool_->mutex_);
    more = released - entry.released;
    entry.released = released;
  }
  if (more == 0) return;
  // One chunk is work for one thread.
  if (more <= chunk_) {
    pool_->work_.notify_one();
  } else {
    pool_->work_.notify_all();
  }
}

bool BatchQueue::help(DecodeMemory& memory) {
  // It is kept by this pointer while a thread may still be at work on it.
  const std::shared_ptr<WorkerPool::Entry> first = queue_.front();
  std::unique_lock lock(pool_->mutex_);
  if (first->has_work()) {
    pool_->load_chunk(*first, memory, lock);
  } else if (first->done < first->released) {
    const size_t done = first->done;
    pool_->done_.wait(lock, [&] { return first->done > done; });
  }
  return first->complete();
}

std::unique_ptr<PendingBatch> BatchQueue::take() {
  const std::shared_ptr<WorkerPool::Entry> entry = std::move(queue_.front());
  queue_.pop_front();
  if (entry->batch->error) std::rethrow_exception(entry->batch->error);
  return std::move(entry->batch);
}

void BatchQueue::clear() {
  const std::lock_guard lock(pool_->mutex_);
  std::erase_if(discarded_, [](const auto& entry) { return entry->done == entry->begun; });
  for (const auto& entry : queue_) {
    std::erase(pool_->entries_, entry);
    if (entry->done < entry->begun) discarded_.push_back(entry);
  }
  queue_.clear();
}

}  // namespace convlab
