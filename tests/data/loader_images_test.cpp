#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "data/encoded_dataset.h"
#include "data/image_files.h"
#include "data/loader.h"
#include "data/numbered.h"
#include "data/synthetic.h"
#include "data/worker_pool.h"

namespace convlab {

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

}  // namespace convlab
