#include "data/cached_dataset.h"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "core/error.h"
#include "data/encoded_dataset.h"
#include "data/image_files.h"
#include "data/loader.h"
#include "data/resized_dataset.h"
#include "data/selected_dataset.h"
#include "data/synthetic.h"
#include "data/worker_pool.h"

namespace convlab {
namespace {

/// Files of two pixels, which can be removed.
std::shared_ptr<const Dataset> photos(const TemporaryFolder& folder, uint8_t count) {
  std::vector<EncodedDataset::Item> items;
  for (uint8_t i = 0; i < count; ++i) {
    folder.write(std::to_string(100 + i) + ".png", make_png({1, 2, PngColor::grey}, {0, i, i}));
    items.push_back({i, 0});
  }
  return std::make_shared<EncodedDataset>("photos", Shape{1, 2, 1}, std::vector<std::string>{"a"},
                                          open_folder(folder.path()), items);
}

int64_t images_in_epoch(const Dataset& dataset, int64_t workers) {
  Loader loader(dataset, {.batch = 4, .shuffle = false, .workers = make_workers(workers)});
  int64_t count = 0;
  for (Batch batch; loader.next(batch); count += batch.size()) {
    for (size_t i = 0; i < batch.indices.size(); ++i)
      CHECK(batch.images[2 * i] == batch.indices[i]);
  }
  return count;
}

}  // namespace

TEST_CASE("cache: images are decoded once, as many as fit") {
  const TemporaryFolder folder("cached");
  const auto dataset = with_cache(photos(folder, 12), 2 * 8 + 1);
  CHECK(images_in_epoch(*dataset, 0) == 12);
  for (uint8_t i = 0; i < 12; ++i)
    std::filesystem::remove(folder.path() / (std::to_string(100 + i) + ".png"));
  Loader loader(*dataset, {.batch = 4, .shuffle = false});
  Batch batch;
  REQUIRE(loader.next(batch));
  REQUIRE(loader.next(batch));
  CHECK(batch.size() == 4);
  CHECK_FALSE(loader.next(batch));  // the last four were not kept
  CHECK(loader.skipped().size() == 4);
}

TEST_CASE("resized: a data set says how its images are resized, also within others") {
  const TemporaryFolder folder("stretched");
  // Left to right 0, 100, 200, 240: the centre crop has only the middle two.
  folder.write("100.png", make_png({1, 4, PngColor::grey}, {0, 0, 100, 200, 240}));
  const auto photos = std::make_shared<EncodedDataset>(
      "photos", Shape{1, 2, 1}, std::vector<std::string>{"a"}, open_folder(folder.path()),
      std::vector<EncodedDataset::Item>{{0, 0}});
  CHECK(with_image_shape(photos, {1, 2, 1}, ResizeMode::crop) == photos);
  CHECK(pixels_of(*with_image_shape(photos, {1, 1, 1}), 0) == std::vector<uint8_t>{100});
  const auto stretched = with_image_shape(photos, {1, 2, 1}, ResizeMode::stretch);
  const std::vector<uint8_t> expected =
      resize_image(std::vector<uint8_t>{0, 100, 200, 240}, {1, 4, 1}, 1, 2);
  for (const auto& dataset : {stretched, with_cache(stretched, 100), select(stretched, {0}),
                              with_cache(select(stretched, {0}), 100)}) {
    CHECK(dataset->resize_mode() == ResizeMode::stretch);
    CHECK(pixels_of(*dataset, 0) == expected);
    Loader loader(*dataset, {.batch = 1});
    Batch batch;
    REQUIRE(loader.next(batch));
    CHECK(batch.images == expected);
  }
  // Images of one size have nothing to stretch.
  const auto digits = make_synthetic(1, 1, {2, 2, 1}, 1).train;
  CHECK(with_image_shape(digits, {2, 2, 1}, ResizeMode::stretch) == digits);
}

TEST_CASE("cache: images are kept in the shape of the batches") {
  const TemporaryFolder folder("cached-size");
  const auto dataset = with_cache(with_image_shape(photos(folder, 3), {2, 4, 3}), 1000);
  const std::vector<uint8_t> before = pixels_of(*dataset, 2);
  CHECK(before == std::vector<uint8_t>(24, 2));
  std::filesystem::remove(folder.path() / "102.png");
  CHECK(pixels_of(*dataset, 2) == before);
}

TEST_CASE("cache: none where it would not help") {
  const auto images = make_synthetic_split(4, {2, 2, 1}, 2, 1);
  CHECK(with_cache(images, 1000) == images);
  const TemporaryFolder folder("uncached");
  const auto files = photos(folder, 2);
  CHECK(with_cache(files, 1) == files);
}

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)  // threads are available

TEST_CASE("cache: filled by several threads", "[threads]") {
  const TemporaryFolder folder("cached-threads");
  const auto dataset = with_cache(photos(folder, 60), 1000);
  CHECK(images_in_epoch(*dataset, 3) == 60);
  for (uint8_t i = 0; i < 60; ++i)
    std::filesystem::remove(folder.path() / (std::to_string(100 + i) + ".png"));
  CHECK(images_in_epoch(*dataset, 3) == 60);
}

#endif

}  // namespace convlab
