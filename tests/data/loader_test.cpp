#include "data/loader.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <map>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "core/error.h"
#include "data/cached_dataset.h"
#include "data/encoded_dataset.h"
#include "data/image_files.h"
#include "data/memory_dataset.h"
#include "data/mix.h"
#include "data/resized_dataset.h"
#include "data/selected_dataset.h"
#include "data/synthetic.h"
#include "data/worker_pool.h"

namespace convlab {
namespace {

constexpr int64_t block = Loader::first_epoch_block;
#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)  // threads are available
const std::vector<int64_t> worker_counts{0, 1, 3};
#else
const std::vector<int64_t> worker_counts{0};
#endif

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

TEST_CASE("loader: images that cannot be read are left out, named, and the same in every run") {
  const TemporaryFolder folder("unreadable");
  std::vector<EncodedDataset::Item> items;
  for (uint8_t i = 0; i < 40; ++i) {
    const bool damaged = i % 10 == 3;
    const Bytes png = make_png({1, 1, PngColor::grey}, {0, i});
    folder.write(std::to_string(10 + i) + ".png", damaged ? Bytes{'x'} : png);
    items.push_back({i, i % 2});
  }
  const auto files = open_folder(folder.path());
  std::filesystem::remove(folder.path() / "17.png");  // after it was listed
  const EncodedDataset dataset("photos", {1, 1, 1}, {"a", "b"}, files, items);
  std::vector<std::vector<int64_t>> orders;
  for (const int64_t workers : worker_counts) {
    Loader loader(dataset, {.batch = 8, .seed = 2, .workers = make_workers(workers)});
    CHECK(loader.batches_per_epoch() == 5);
    for (int64_t epoch = 0; epoch < 2; ++epoch) {
      loader.start_epoch(epoch);
      std::vector<int64_t> order;
      int batches = 0;
      for (Batch batch; loader.next(batch); ++batches) {
        REQUIRE(batch.images.size() == batch.indices.size());
        REQUIRE(batch.labels.size() == batch.indices.size());
        for (size_t i = 0; i < batch.indices.size(); ++i) {
          CHECK(batch.images[i] == batch.indices[i]);
          CHECK(batch.labels[i] == batch.indices[i] % 2);
        }
        order.insert(order.end(), batch.indices.begin(), batch.indices.end());
      }
      CHECK(batches == 5);
      CHECK(order.size() == 35);
      orders.push_back(order);
    }
    REQUIRE(loader.skipped().size() == 5);
    CHECK(loader.skipped().at(3).find("13.png is no PNG") != std::string::npos);
    CHECK(loader.skipped().at(7).find("no such file") != std::string::npos);
  }
  for (size_t i = 2; i < orders.size(); ++i) CHECK(orders[i] == orders[i % 2]);
}

TEST_CASE("loader: augmentation depends on seed, epoch and image, not on batches or workers") {
  const auto data = make_synthetic_split(60, {8, 8, 3}, 3, 1);
  /// The pixels of each image in epoch `epoch`.
  const auto images_of = [&](const LoaderOptions& options, int64_t epoch) {
    Loader loader(*data, options);
    loader.start_epoch(epoch);
    std::map<int64_t, std::vector<uint8_t>> images;
    const size_t bytes = 8 * 8 * 3;
    for (Batch batch; loader.next(batch);) {
      for (size_t i = 0; i < batch.indices.size(); ++i) {
        const auto begin = batch.images.begin() + static_cast<std::ptrdiff_t>(i * bytes);
        images[batch.indices[i]] = {begin, begin + static_cast<std::ptrdiff_t>(bytes)};
      }
    }
    return images;
  };
  const AugmentationOptions augmentation{.flip = true, .rotate = 20, .resized_crop = 0.3};
  const LoaderOptions options{.batch = 16, .seed = 3, .augmentation = augmentation};
  const auto expected = images_of(options, 1);
  CHECK(expected.at(5) != pixels_of(*data, 5));
  CHECK(images_of(options, 2).at(5) != expected.at(5));
  LoaderOptions other = options;
  other.seed = 4;
  CHECK(images_of(other, 1).at(5) != expected.at(5));
  for (const int64_t workers : worker_counts) {
    LoaderOptions same = options;
    same.workers = make_workers(workers);
    same.batch = 7 + workers;
    CHECK(images_of(same, 1) == expected);
  }
  LoaderOptions plain = options;
  plain.augmentation = {};
  CHECK(images_of(plain, 1).at(5) == pixels_of(*data, 5));
}

TEST_CASE("loader: mixup and CutMix, one of both by chance, the same from any first batch") {
  const auto data = make_synthetic_split(64, {8, 8, 1}, 3, 1);
  const auto batches_of = [&](const AugmentationOptions& augmentation, int64_t first) {
    Loader loader(*data, {.batch = 8, .seed = 3, .augmentation = augmentation});
    loader.start_epoch(2, first);
    std::vector<Batch> batches;
    for (Batch batch; loader.next(batch);) batches.push_back(batch);
    return batches;
  };
  const std::vector<Batch> both = batches_of({.mixup = 0.4, .cutmix = 1}, 0);
  const std::vector<Batch> mixed = batches_of({.mixup = 0.4}, 0);
  const std::vector<Batch> cut = batches_of({.cutmix = 1}, 0);
  const std::vector<Batch> resumed = batches_of({.mixup = 0.4, .cutmix = 1}, 5);
  int mixups = 0;
  for (size_t i = 0; i < both.size(); ++i) {
    CHECK(both[i].mixed());
    const bool is_mixup = both[i].images == mixed[i].images;
    CHECK((is_mixup || both[i].images == cut[i].images));
    mixups += is_mixup;
    if (i >= 5) CHECK(resumed[i - 5].images == both[i].images);
    if (i >= 5) CHECK(resumed[i - 5].label_weights == both[i].label_weights);
  }
  CHECK(mixups > 0);
  CHECK(mixups < 8);
  CHECK_FALSE(batches_of({}, 0)[0].mixed());
}

TEST_CASE("loader: a batch without any readable image is passed over, a source that is gone not") {
  const TemporaryFolder folder("unreadable-batches");
  std::vector<EncodedDataset::Item> items;
  for (uint8_t i = 0; i < 8; ++i) {
    folder.write(std::to_string(i) + ".png",
                 i < 4 ? Bytes{'x'} : make_png({1, 1, PngColor::grey}, {0, i}));
    items.push_back({i, 0});
  }
  const EncodedDataset dataset("photos", {1, 1, 1}, {"a"}, open_folder(folder.path()), items);
  for (const int64_t workers : worker_counts) {
    Loader loader(dataset, {.batch = 2, .shuffle = false, .workers = make_workers(workers)});
    CHECK(order_of(loader, 0) == std::vector<int64_t>{4, 5, 6, 7});
    CHECK(loader.batches_done() == 4);
    CHECK(loader.skipped().size() == 4);
  }
  std::filesystem::remove_all(folder.path());
  for (const int64_t workers : worker_counts) {
    Loader loader(dataset, {.batch = 2, .workers = make_workers(workers)});
    try {
      order_of(loader, 0);
      FAIL("nothing was thrown");
    } catch (const Error& error) {
      const std::string text = error.what();
      CHECK(text.find("none of 8 images in turn can be read; is the data still there?") !=
            std::string::npos);
    }
  }
}

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
