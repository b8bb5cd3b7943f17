#include "data/loader.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <numeric>
#include <stdexcept>

#include "core/error.h"
#include "data/memory_dataset.h"
#include "data/mix.h"
#include "data/prefetcher.h"

namespace convlab {
namespace {

constexpr int64_t block = Loader::first_epoch_block;

void arrive(MemoryDataset& dataset, int64_t count) {
  std::vector<uint8_t> pixels;
  std::vector<uint8_t> labels;
  for (int64_t i = dataset.available(), end = i + count; i < end; ++i) {
    pixels.push_back(static_cast<uint8_t>(i));
    labels.push_back(static_cast<uint8_t>(i % 7));
  }
  dataset.append(pixels, labels, "test");
}

/// Returns a data set of `size` images of one pixel, of which `here` have been appended.
MemoryDataset numbered(int64_t size, int64_t here) {
  MemoryDataset dataset("numbers", {1, 1, 1}, std::vector<std::string>(7, "class"), size);
  arrive(dataset, here);
  return dataset;
}

std::vector<int64_t> order_of(Loader& loader, int64_t epoch) {
  loader.start_epoch(epoch);
  std::vector<int64_t> order;
  for (Batch batch; loader.next(batch);) {
    order.insert(order.end(), batch.indices.begin(), batch.indices.end());
  }
  return order;
}

std::vector<int64_t> counting(int64_t count) {
  std::vector<int64_t> numbers(static_cast<size_t>(count));
  std::iota(numbers.begin(), numbers.end(), int64_t{0});
  return numbers;
}

std::vector<int64_t> sorted(std::vector<int64_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

TEST_CASE("loader: the order depends only on seed and epoch") {
  const MemoryDataset dataset = numbered(5000, 5000);
  Loader loader(dataset, {.batch = 128, .seed = 3});
  Loader same(dataset, {.batch = 50, .seed = 3});
  Loader other(dataset, {.batch = 128, .seed = 4});
  for (const int64_t epoch : {2, 0, 1}) {
    CHECK(order_of(loader, epoch) == order_of(same, epoch));
    CHECK(order_of(loader, epoch) != order_of(other, epoch));
  }
  CHECK(order_of(loader, 1) != order_of(loader, 2));
}

TEST_CASE("loader: a batch that was mixed and is filled again has no second labels") {
  const MemoryDataset dataset = numbered(4, 4);
  Loader loader(dataset, {.batch = 2});
  Batch batch;
  loader.next(batch);
  mixup(batch, dataset.image_shape(), 1, {});
  CHECK(batch.mixed());
  loader.next(batch);
  CHECK_FALSE(batch.mixed());
  CHECK(batch.label_weights.empty());
}

TEST_CASE("loader: an epoch started at a later batch has the remaining batches of the full epoch") {
  const MemoryDataset dataset = numbered(300, 300);
  for (const int64_t prefetch : {0, 2}) {
    Loader loader(dataset, {.batch = 64, .seed = 1, .prefetch = prefetch});
    const std::vector<int64_t> whole = order_of(loader, 3);
    CHECK(loader.batches_done() == 5);
    for (int64_t first = 0; first <= 5; ++first) {
      loader.start_epoch(3, first);
      CHECK(loader.batches_done() == first);
      std::vector<int64_t> rest;
      for (Batch batch; loader.next(batch);)
        rest.insert(rest.end(), batch.indices.begin(), batch.indices.end());
      CHECK(rest ==
            std::vector<int64_t>(whole.begin() + std::min<int64_t>(64 * first, 300), whole.end()));
    }
    CHECK_THROWS_AS(loader.start_epoch(3, 6), Error);
    CHECK_THROWS_AS(loader.start_epoch(3, -1), Error);
  }
}

TEST_CASE("loader: every epoch contains every image once, with its pixels and label") {
  const MemoryDataset dataset = numbered(300, 300);
  Loader loader(dataset, {.batch = 64, .seed = 1});
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    loader.start_epoch(epoch);
    std::vector<int64_t> seen;
    for (Batch batch; loader.next(batch);) {
      for (size_t i = 0; i < batch.indices.size(); ++i) {
        seen.push_back(batch.indices[i]);
        CHECK(batch.images[i] == dataset.image(batch.indices[i])[0]);
        CHECK(batch.labels[i] == dataset.label(batch.indices[i]));
      }
    }
    CHECK(sorted(seen) == counting(300));
  }
}

TEST_CASE("loader: without shuffle the order is that of the data set") {
  const MemoryDataset dataset = numbered(300, 300);
  Loader loader(dataset, {.batch = 64, .shuffle = false});
  CHECK(order_of(loader, 0) == counting(300));
  CHECK(order_of(loader, 1) == counting(300));
}

TEST_CASE("loader: the last batch of an epoch contains the remaining images") {
  const MemoryDataset dataset = numbered(300, 300);
  Loader loader(dataset, {.batch = 128});
  CHECK(loader.batches_per_epoch() == 3);
  std::vector<int64_t> sizes;
  Batch batch;
  while (loader.next(batch)) sizes.push_back(batch.size());
  CHECK(sizes == std::vector<int64_t>{128, 128, 44});
  CHECK(loader.ready());
  CHECK_FALSE(loader.next(batch));
  CHECK(Loader(dataset, {.batch = 300}).batches_per_epoch() == 1);
  CHECK(Loader(dataset, {.batch = 1000}).batches_per_epoch() == 1);
}

TEST_CASE("loader: an empty data set has no batches") {
  const MemoryDataset dataset = numbered(0, 0);
  Loader loader(dataset, {});
  Batch batch;
  CHECK(loader.batches_per_epoch() == 0);
  CHECK_FALSE(loader.next(batch));
}

TEST_CASE("loader: the first epoch shuffles within blocks of 2,048, later ones everywhere") {
  const MemoryDataset dataset = numbered(2 * block + 500, 2 * block + 500);
  Loader loader(dataset, {.seed = 5});
  const std::vector<int64_t> first = order_of(loader, 0);
  for (int64_t start = 0; start < dataset.size(); start += block) {
    const int64_t end = std::min(start + block, dataset.size());
    const std::vector<int64_t> part(first.begin() + start, first.begin() + end);
    CHECK(*std::min_element(part.begin(), part.end()) == start);
    CHECK(*std::max_element(part.begin(), part.end()) == end - 1);
    CHECK_FALSE(std::is_sorted(part.begin(), part.end()));
  }
  const std::vector<int64_t> second = order_of(loader, 1);
  CHECK(*std::max_element(second.begin(), second.begin() + block) >= block);
}

TEST_CASE("loader: training starts when the first block has arrived and waits for the next") {
  MemoryDataset dataset = numbered(2 * block, 0);
  Loader loader(dataset, {.batch = 128, .seed = 9});
  Batch batch;
  CHECK_FALSE(loader.ready());
  CHECK_THROWS_AS(loader.next(batch), Error);
  arrive(dataset, block);
  for (int64_t i = 0; i < block / 128; ++i) {
    REQUIRE(loader.ready());
    REQUIRE(loader.next(batch));
  }
  CHECK_FALSE(loader.ready());
  arrive(dataset, block);
  std::vector<int64_t> rest;
  while (loader.next(batch)) rest.insert(rest.end(), batch.indices.begin(), batch.indices.end());
  CHECK(rest.size() == static_cast<size_t>(block));

  const MemoryDataset complete = numbered(2 * block, 2 * block);
  Loader at_once(complete, {.batch = 128, .seed = 9});
  const std::vector<int64_t> order = order_of(at_once, 0);
  CHECK(std::equal(rest.begin(), rest.end(), order.begin() + block));  // independent of arrival
}

TEST_CASE("loader: options out of range are refused") {
  const MemoryDataset dataset = numbered(10, 5);
  CHECK_THROWS_AS(Loader(dataset, {.batch = 0}), Error);
  CHECK_THROWS_AS(Loader(dataset, {.prefetch = -1}), Error);
  CHECK_THROWS_AS(Loader(dataset, {.prefetch = 2}), Error);  // the data set is not complete
  Loader loader(dataset, {});
  CHECK_THROWS_AS(loader.start_epoch(-1), Error);
}

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)  // threads are available

TEST_CASE("loader: prefetching does not change the batches", "[threads]") {
  const MemoryDataset dataset = numbered(1000, 1000);
  Loader plain(dataset, {.batch = 64, .seed = 7});
  for (const int64_t depth : {1, 3, 100}) {
    Loader ahead(dataset, {.batch = 64, .seed = 7, .prefetch = depth});
    for (int64_t epoch = 0; epoch < 3; ++epoch) {
      CHECK(order_of(ahead, epoch) == order_of(plain, epoch));
    }
  }
}

TEST_CASE("loader: a new epoch discards the batches prefetched for the previous one", "[threads]") {
  const MemoryDataset dataset = numbered(1000, 1000);
  Loader plain(dataset, {.batch = 64, .seed = 7});
  Loader ahead(dataset, {.batch = 64, .seed = 7, .prefetch = 4});
  Batch batch;
  REQUIRE(ahead.next(batch));
  CHECK(order_of(ahead, 5) == order_of(plain, 5));
}

TEST_CASE("prefetcher: an exception is rethrown after the batches made before it", "[threads]") {
  Prefetcher prefetcher(2);
  prefetcher.start([count = 0](Batch& batch) mutable {
    if (count == 3) throw std::runtime_error("no more");
    batch.labels = {count++};
    return true;
  });
  Batch batch;
  for (int32_t i = 0; i < 3; ++i) {
    REQUIRE(prefetcher.next(batch));
    CHECK(batch.labels == std::vector<int32_t>{i});
  }
  CHECK_THROWS_AS(prefetcher.next(batch), std::runtime_error);
  CHECK_THROWS_AS(prefetcher.next(batch), std::runtime_error);
  prefetcher.start([](Batch&) { return false; });
  CHECK_FALSE(prefetcher.next(batch));
}

TEST_CASE("prefetcher: the destructor returns at once, even if batches are still to be made",
          "[threads]") {
  Prefetcher prefetcher(2);
  prefetcher.start([](Batch& batch) {
    batch.labels = {1};
    return true;
  });
  Batch batch;
  CHECK(prefetcher.next(batch));
}

#endif

}  // namespace convlab
