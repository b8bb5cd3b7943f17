#include "data/loader.h"

#include <catch2/catch_test_macros.hpp>

#include "core/error.h"
#include "data/mix.h"
#include "data/numbered.h"
#include "data/worker_pool.h"

namespace convlab {

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
  for (const int64_t workers : worker_counts) {
    Loader loader(dataset, {.batch = 64, .seed = 1, .workers = make_workers(workers)});
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
  CHECK_THROWS_AS(make_workers(-1), Error);
  CHECK_THROWS_AS(Loader(dataset, {.prefetch = 0}), Error);
  Loader loader(dataset, {});
  CHECK_THROWS_AS(loader.start_epoch(-1), Error);
}

}  // namespace convlab
