#include "data/worker_pool.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace convlab {

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)  // threads are available

TEST_CASE("worker pool: batches come back in order, whichever is done first", "[threads]") {
  BatchQueue queue(make_workers(3), 2);
  for (int64_t n = 0; n < 6; ++n) {
    auto pending = std::make_unique<PendingBatch>();
    pending->batch.indices.assign(static_cast<size_t>(10 - n), n);
    pending->batch.labels.resize(pending->size());
    pending->load = [](PendingBatch& self, size_t at, DecodeMemory&) {
      self.batch.labels[at] =
          static_cast<int32_t>(100 * self.batch.indices[at]) + static_cast<int32_t>(at);
    };
    pending->released = pending->size();
    queue.add(std::move(pending));
  }
  CHECK(queue.size() == 6);
  DecodeMemory memory;
  for (int32_t n = 0; n < 6; ++n) {
    while (!queue.help(memory)) continue;
    const std::unique_ptr<PendingBatch> pending = queue.take();
    REQUIRE(pending->size() == static_cast<size_t>(10 - n));
    for (size_t i = 0; i < pending->size(); ++i)
      CHECK(pending->batch.labels[i] == 100 * n + static_cast<int32_t>(i));
  }
}

TEST_CASE("worker pool: what a thread throws is rethrown for its batch", "[threads]") {
  BatchQueue queue(make_workers(2), 1);
  for (int32_t n = 0; n < 2; ++n) {
    auto pending = std::make_unique<PendingBatch>();
    pending->batch.indices.assign(4, n);
    pending->load = [](PendingBatch& self, size_t, DecodeMemory&) {
      if (self.batch.indices[0] == 0) throw std::bad_alloc();
    };
    pending->released = pending->size();
    queue.add(std::move(pending));
  }
  DecodeMemory memory;
  while (!queue.help(memory)) continue;
  CHECK_THROWS_AS(queue.take(), std::bad_alloc);
  while (!queue.help(memory)) continue;
  CHECK(queue.take()->size() == 4);
}

TEST_CASE("worker pool: it ends at once, even if images are still to be decoded", "[threads]") {
  BatchQueue queue(make_workers(1), 1);
  auto pending = std::make_unique<PendingBatch>();
  pending->batch.indices.resize(1'000'000);
  pending->load = [](PendingBatch&, size_t, DecodeMemory&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  pending->released = pending->size();
  queue.add(std::move(pending));
}

#endif

}  // namespace convlab
