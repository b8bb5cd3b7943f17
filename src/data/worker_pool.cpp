#include "data/worker_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace convlab {

WorkerPool::WorkerPool(int64_t threads, size_t chunk) : chunk_(chunk) {
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

void WorkerPool::add(std::unique_ptr<PendingBatch> batch) {
  const size_t chunks = (batch->size() + chunk_ - 1) / chunk_;
  auto entry = std::make_shared<Entry>();
  entry->batch = std::move(batch);
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(entry));
  }
  // A batch of one chunk is work for one thread.
  if (chunks == 1) {
    work_.notify_one();
  } else {
    work_.notify_all();
  }
}

std::unique_ptr<PendingBatch> WorkerPool::take() {
  std::unique_lock lock(mutex_);
  const std::shared_ptr<Entry> entry = queue_.front();
  done_.wait(lock, [&] { return entry->done == entry->batch->size(); });
  queue_.pop_front();
  if (entry->batch->error) std::rethrow_exception(entry->batch->error);
  return std::move(entry->batch);
}

void WorkerPool::clear() {
  const std::lock_guard lock(mutex_);
  queue_.clear();
}

std::shared_ptr<WorkerPool::Entry> WorkerPool::wanted() const {
  const auto found = std::find_if(queue_.begin(), queue_.end(), [](const auto& entry) {
    return entry->begun < entry->batch->size();
  });
  return found == queue_.end() ? nullptr : *found;
}

void WorkerPool::run() {
  DecodeMemory memory;
  std::unique_lock lock(mutex_);
  while (true) {
    std::shared_ptr<Entry> entry;
    work_.wait(lock, [&] { return stop_ || (entry = wanted()) != nullptr; });
    if (stop_) return;
    PendingBatch& batch = *entry->batch;
    const size_t begin = entry->begun;
    const size_t end = std::min(begin + chunk_, batch.size());
    entry->begun = end;
    lock.unlock();
    std::exception_ptr error;
    try {
      for (size_t i = begin; i < end; ++i) batch.load(batch, i, memory);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error) batch.error = error;
    entry->done += end - begin;
    if (entry->done == batch.size()) done_.notify_one();
  }
}

}  // namespace convlab
