#include "app/native/engine_thread.h"

#include <chrono>
#include <utility>

namespace convlab {
namespace {

constexpr std::chrono::milliseconds data_poll{20};

}  // namespace

EngineThread::EngineThread(EngineEnvironment environment, std::function<void()> published)
    : engine_(std::move(environment)),
      published_(std::move(published)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

EngineThread::~EngineThread() = default;

void EngineThread::send(Request request, uint64_t id) {
  engine_.send(std::move(request), id);
  {
    const std::lock_guard lock(mutex_);
    sent_ = true;
  }
  wake_.notify_one();
}

void EngineThread::work(const std::stop_token& stop) {
  uint64_t seen = 0;
  while (!stop.stop_requested()) {
    const Activity activity = engine_.advance();
    if (const uint64_t sequence = engine_.snapshot()->sequence; sequence != seen) {
      seen = sequence;
      published_();
    }
    std::unique_lock lock(mutex_);
    if (activity == Activity::idle) wake_.wait(lock, stop, [this] { return sent_; });
    if (activity == Activity::waiting)
      wake_.wait_for(lock, stop, data_poll, [this] { return sent_; });
    sent_ = false;
  }
}

}  // namespace convlab
