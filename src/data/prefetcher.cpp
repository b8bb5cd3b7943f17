#include "data/prefetcher.h"

#include <utility>

namespace convlab {

Prefetcher::Prefetcher(int64_t depth)
    : depth_(static_cast<size_t>(depth)), thread_([this] { run(); }) {}

Prefetcher::~Prefetcher() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

void Prefetcher::start(Make make) {
  {
    const std::lock_guard lock(mutex_);
    ++generation_;
    make_ = std::make_shared<Make>(std::move(make));
    finished_ = false;
    error_ = nullptr;
    for (Batch& batch : queue_) recycle(std::move(batch));
    queue_.clear();
  }
  wanted_.notify_one();
}

bool Prefetcher::next(Batch& batch) {
  {
    std::unique_lock lock(mutex_);
    made_.wait(lock, [this] { return !queue_.empty() || finished_; });
    if (queue_.empty()) {
      if (error_) std::rethrow_exception(error_);
      return false;
    }
    std::swap(batch, queue_.front());
    recycle(std::move(queue_.front()));
    queue_.pop_front();
  }
  wanted_.notify_one();
  return true;
}

void Prefetcher::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wanted_.wait(lock, [this] { return stop_ || (!finished_ && queue_.size() < depth_); });
    if (stop_) return;
    const uint64_t generation = generation_;
    const std::shared_ptr<Make> make = make_;
    Batch batch;
    if (!spare_.empty()) {
      batch = std::move(spare_.back());
      spare_.pop_back();
    }
    bool made = false;
    std::exception_ptr error;
    lock.unlock();
    try {
      made = (*make)(batch);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (generation != generation_) {
      recycle(std::move(batch));
      continue;
    }
    if (made) {
      queue_.push_back(std::move(batch));
    } else {
      finished_ = true;
      error_ = error;
    }
    made_.notify_one();
  }
}

void Prefetcher::recycle(Batch&& batch) {
  if (spare_.size() <= depth_) spare_.push_back(std::move(batch));
}

}  // namespace convlab
