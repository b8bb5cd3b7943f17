#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <map>
#include <thread>

#include "core/error.h"
#include "data/cached_dataset.h"
#include "data/loader.h"
#include "data/numbered.h"
#include "data/resized_dataset.h"
#include "data/selected_dataset.h"
#include "data/synthetic.h"
#include "data/worker_pool.h"

namespace convlab {

namespace {

/// Numbers that only the thread that made the data set may read. Every seventh cannot be read,
/// every eleventh not be decoded.
class OwnedNumbers : public Dataset {
 public:
  /// `stored_bytes`: what each number takes as it is stored.
  OwnedNumbers(int64_t size, size_t stored_bytes)
      : Dataset("owned", {1, 1, 1}, {"a"}, size), stored_bytes_(stored_bytes) {}

  bool has_common_size() const override { return false; }
  bool reads_on_any_thread() const override { return false; }
  int64_t available() const override { return size(); }
  uint64_t fingerprint() const override { return 0; }
  int32_t label(int64_t) const override { return 0; }
  std::span<const uint8_t> fetch(int64_t index, std::vector<uint8_t>& buffer) const override {
    if (std::this_thread::get_id() != owner_) ++elsewhere_;
    most_ = std::max(most_.load(), ++waiting_);
    if (index % 7 == 6) {
      --waiting_;
      fail("number {} is gone", index);
    }
    buffer.assign(stored_bytes_, static_cast<uint8_t>(index));
    return buffer;
  }
  ImageView decode(int64_t index, std::span<const uint8_t> stored,
                   DecodedImage& buffer) const override {
    if (std::this_thread::get_id() != owner_) ++decoded_elsewhere_;
    // Until as much has been read ahead as may be, and then for a moment in which more could be.
    for (int i = 0; i < 1000 && stored_bytes_ > 1 && (i == 0 || most_ < 8); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    --waiting_;
    if (index % 11 == 10) fail("number {} is damaged", index);
    buffer = {1, 1, 1, {stored.back()}};
    return buffer;
  }
  /// Number of reads and of decodings on other threads, and the most images that were read and not
  /// decoded at once.
  int reads_elsewhere() const { return elsewhere_; }
  int decoded_elsewhere() const { return decoded_elsewhere_; }
  int most_waiting() const { return most_; }

 private:
  size_t stored_bytes_;
  std::thread::id owner_ = std::this_thread::get_id();
  mutable std::atomic<int> elsewhere_ = 0;
  mutable std::atomic<int> decoded_elsewhere_ = 0;
  mutable std::atomic<int> waiting_ = 0;
  mutable std::atomic<int> most_ = 0;
};

}  // namespace

TEST_CASE("loader: data that only its own thread can read is read by the caller") {
  std::vector<std::vector<int64_t>> orders;
  std::map<int64_t, std::string> skipped;
  for (const int64_t workers : worker_counts) {
    const OwnedNumbers dataset(250, 1);
    Loader loader(dataset, {.batch = 16, .seed = 5, .workers = make_workers(workers)});
    for (int64_t epoch = 0; epoch < 2; ++epoch) {
      loader.start_epoch(epoch);
      std::vector<int64_t> order;
      for (Batch batch; loader.next(batch);) {
        for (size_t i = 0; i < batch.indices.size(); ++i) {
          CHECK(batch.images[i] == batch.indices[i]);
          order.push_back(batch.indices[i]);
        }
      }
      orders.push_back(order);
    }
    CHECK(dataset.reads_elsewhere() == 0);
    if (workers == 0) skipped = loader.skipped();
    CHECK(loader.skipped() == skipped);
    CHECK(loader.skipped().at(6) == "number 6 is gone");
    CHECK(loader.skipped().at(10) == "number 10 is damaged");
  }
  for (size_t i = 2; i < orders.size(); ++i) CHECK(orders[i] == orders[i % 2]);
}

TEST_CASE("loader: wrapped data sets are read by the same thread") {
  auto owned = std::make_shared<OwnedNumbers>(20, 1);
  const auto wrapped = select(with_cache(with_image_shape(owned, {2, 2, 1}), 1000), {1, 2, 3, 4});
  CHECK_FALSE(wrapped->reads_on_any_thread());
  CHECK_FALSE(wrapped->decode_is_free());
  const auto numbers = std::make_shared<MemoryDataset>(numbered(20, 20));
  CHECK(select(numbers, {1, 2})->reads_on_any_thread());
  CHECK(select(numbers, {1, 2})->decode_is_free());
  CHECK_FALSE(with_image_shape(numbers, {2, 2, 1})->decode_is_free());
}

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)  // threads are available

TEST_CASE("loader: what is read ahead is bounded", "[threads]") {
  // 64 images of 4 MiB would be read ahead in four batches; max_stored_bytes holds eight.
  const size_t bytes = Loader::max_stored_bytes / 8;
  const OwnedNumbers dataset(64, bytes);
  Loader loader(dataset, {.batch = 16, .workers = make_workers(2)});
  CHECK(order_of(loader, 0).size() == 50);
  CHECK(dataset.reads_elsewhere() == 0);
  CHECK(dataset.most_waiting() >= 8);
  // Besides those: one that each of the two workers and this thread decode.
  CHECK(dataset.most_waiting() <= 8 + 3);
}

TEST_CASE("loader: it does not need threads of its pool to start", "[threads]") {
  const OwnedNumbers dataset(64, 1);
  const auto workers = make_workers(1);
  // The only thread is held up elsewhere until the end.
  BatchQueue other(workers, 1);
  std::atomic<bool> release = false;
  std::atomic<bool> started = false;
  auto pending = std::make_unique<PendingBatch>();
  pending->batch.indices.resize(1);
  pending->released = 1;
  pending->load = [&](PendingBatch&, size_t, DecodeMemory&) {
    started = true;
    while (!release) std::this_thread::yield();
  };
  other.add(std::move(pending));
  while (!started) std::this_thread::yield();
  Loader loader(dataset, {.batch = 16, .workers = workers});
  CHECK(order_of(loader, 0).size() == 50);
  CHECK(dataset.decoded_elsewhere() == 0);
  release = true;
}

TEST_CASE("loader: loaders share threads", "[threads]") {
  const OwnedNumbers dataset(250, 1);
  const auto workers = make_workers(2);
  Loader first(dataset, {.batch = 16, .seed = 1, .workers = workers});
  Loader plain_first(dataset, {.batch = 16, .seed = 1});
  Loader second(dataset, {.batch = 16, .seed = 2, .workers = workers});
  Loader plain_second(dataset, {.batch = 16, .seed = 2});
  Batch batch;
  Batch plain;
  while (first.next(batch)) {
    REQUIRE(plain_first.next(plain));
    CHECK(batch.indices == plain.indices);
    REQUIRE(second.next(batch));
    REQUIRE(plain_second.next(plain));
    CHECK(batch.indices == plain.indices);
  }
}

TEST_CASE("loader: workers do not change the batches", "[threads]") {
  const MemoryDataset dataset = numbered(1000, 1000);
  Loader plain(dataset, {.batch = 64, .seed = 7});
  for (const int64_t workers : {1, 3}) {
    for (const int64_t depth : {1, 3, 100}) {
      Loader ahead(dataset,
                   {.batch = 64, .seed = 7, .workers = make_workers(workers), .prefetch = depth});
      for (int64_t epoch = 0; epoch < 3; ++epoch) {
        CHECK(order_of(ahead, epoch) == order_of(plain, epoch));
      }
    }
  }
}

TEST_CASE("loader: a new epoch discards the batches prepared for the previous one", "[threads]") {
  const MemoryDataset dataset = numbered(1000, 1000);
  Loader plain(dataset, {.batch = 64, .seed = 7});
  Loader ahead(dataset, {.batch = 64, .seed = 7, .workers = make_workers(2)});
  Batch batch;
  REQUIRE(ahead.next(batch));
  CHECK(order_of(ahead, 5) == order_of(plain, 5));
}

TEST_CASE("loader: workers prepare what has arrived, and no more", "[threads]") {
  MemoryDataset dataset = numbered(2 * block, 0);
  Loader loader(dataset, {.batch = 128, .seed = 9, .workers = make_workers(2)});
  Batch batch;
  CHECK_THROWS_AS(loader.next(batch), Error);
  arrive(dataset, block);
  for (int64_t i = 0; i < block / 128; ++i) REQUIRE(loader.next(batch));
  CHECK_FALSE(loader.ready());
  arrive(dataset, block);
  CHECK(loader.next(batch));
}

#endif

}  // namespace convlab
