#include "data/subset.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/loader.h"
#include "data/memory_dataset.h"
#include "data/worker_pool.h"

namespace convlab {
namespace {

/// Returns a data set of `size` images of one pixel with the value of their index, of which `here`
/// have arrived.
MemoryDataset numbered(int64_t size, int64_t here) {
  MemoryDataset dataset("numbers", {1, 1, 1}, {"even", "odd"}, size);
  for (int64_t i = 0; i < here; ++i) {
    const auto pixel = static_cast<uint8_t>(i);
    const auto label = static_cast<uint8_t>(i % 2);
    dataset.append({&pixel, 1}, {&label, 1}, "test");
  }
  return dataset;
}

std::vector<int64_t> indices_of(Loader& loader, int64_t epoch) {
  loader.start_epoch(epoch);
  std::vector<int64_t> indices;
  for (Batch batch; loader.next(batch);) {
    for (size_t i = 0; i < batch.indices.size(); ++i) {
      CHECK(batch.images[i] == batch.indices[i]);
      CHECK(batch.labels[i] == batch.indices[i] % 2);
      indices.push_back(batch.indices[i]);
    }
  }
  return indices;
}

}  // namespace

TEST_CASE("subset: a data set is a view of all its images, also of those that will arrive") {
  const MemoryDataset dataset = numbered(5, 3);
  const Subset all = dataset;
  CHECK(all.size() == 5);
  CHECK(all.index(4) == 4);
  CHECK(all.available(2));
  CHECK_FALSE(all.available(3));
  CHECK_FALSE(all.complete());
  CHECK(Subset(numbered(0, 0)).complete());
}

TEST_CASE("subset: chosen images keep their order; an index out of range is refused") {
  const MemoryDataset dataset = numbered(5, 3);
  const Subset chosen(dataset, {2, 0});
  CHECK(chosen.size() == 2);
  CHECK(chosen.index(0) == 2);
  CHECK(chosen.complete());
  CHECK_FALSE(Subset(dataset, {2, 4}).complete());
  for (const int64_t index : {-1, 5}) {
    CHECK_THROWS_WITH(Subset(dataset, {0, index}),
                      Catch::Matchers::ContainsSubstring("in numbers, which has 5 images"));
  }
}

TEST_CASE("subset: a loader takes only its images, the last batch may be smaller") {
  const MemoryDataset dataset = numbered(10, 10);
  Loader loader({dataset, {9, 1, 4, 6, 7}}, {.batch = 2, .shuffle = false});
  CHECK(loader.batches_per_epoch() == 3);
  CHECK(indices_of(loader, 0) == std::vector<int64_t>{9, 1, 4, 6, 7});
  loader.start_epoch(0, 2);
  Batch batch;
  REQUIRE(loader.next(batch));
  CHECK(batch.indices == std::vector<int64_t>{7});
}

TEST_CASE("subset: a loader waits for images that are not known yet") {
  const MemoryDataset dataset = numbered(10, 10);
  Loader pending(Subset::pending(dataset, 5), {.batch = 2, .seed = 3});
  CHECK(pending.batches_per_epoch() == 3);
  CHECK_FALSE(pending.ready());
  Batch batch;
  CHECK_THROWS_AS(pending.next(batch), Error);
  CHECK_THROWS_AS(pending.set_images({dataset, {1, 2}}), Error);
  const Subset images(dataset, {9, 1, 4, 6, 7});
  pending.set_images(images);
  Loader known(images, {.batch = 2, .seed = 3});
  for (const int64_t epoch : {0, 1}) CHECK(indices_of(pending, epoch) == indices_of(known, epoch));
}

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)  // threads are available

TEST_CASE("subset: workers do not change the batches", "[threads]") {
  const MemoryDataset dataset = numbered(250, 250);
  std::vector<int64_t> odd;
  for (int64_t i = 1; i < 250; i += 2) odd.push_back(i);
  Loader plain({dataset, odd}, {.batch = 16, .seed = 7});
  Loader ahead({dataset, odd}, {.batch = 16, .seed = 7, .workers = make_workers(2)});
  for (const int64_t epoch : {0, 1}) CHECK(indices_of(ahead, epoch) == indices_of(plain, epoch));
  Loader pending(Subset::pending(dataset, 5), {.workers = make_workers(2)});
  CHECK_FALSE(pending.ready());
}

#endif

}  // namespace convlab
