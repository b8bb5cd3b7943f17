#include "data/feature_dataset.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/channel_statistics.h"
#include "data/loader.h"
#include "data/numbered.h"
#include "data/selected_dataset.h"
#include "data/worker_pool.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

constexpr size_t offset = 3;

/// Rows of two numbers: the bytes of row r are all r.
std::shared_ptr<const FeatureDataset> rows(const std::vector<int32_t>& labels,
                                           std::function<int64_t()> available = {}) {
  std::vector<uint8_t> bytes(offset, 99);
  for (size_t row = 0; row < labels.size(); ++row)
    bytes.insert(bytes.end(), 4, static_cast<uint8_t>(row));
  return std::make_shared<const FeatureDataset>(
      "f", Shape{1, 1, 2}, std::vector<std::string>{"a", "b"},
      FeatureDataset::Rows{.source = memory_source("f", std::move(bytes)),
                           .offset = offset,
                           .features = "of small",
                           .key = "k",
                           .available = std::move(available)},
      labels);
}

std::vector<int32_t> labels_of_twenty() {
  std::vector<int32_t> labels(20);
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int32_t>(i % 2);
  labels[4] = labels[11] = FeatureDataset::no_label;
  return labels;
}

}  // namespace

TEST_CASE("feature data set: samples are float16, read at their rows") {
  const auto data = rows({1, FeatureDataset::no_label, 0});
  CHECK(data->size() == 2);
  CHECK(data->complete());
  CHECK(data->sample_type() == DType::f16);
  CHECK(data->sample_bytes() == 4);
  CHECK(data->stored_bytes() == 8);
  std::vector<uint8_t> buffer;
  const auto second = data->fetch(1, buffer);
  CHECK(std::vector<uint8_t>(second.begin(), second.end()) == std::vector<uint8_t>(4, 2));
  CHECK(data->label(1) == 0);
  CHECK_THROWS_AS(data->fetch(2, buffer), Error);
}

TEST_CASE("feature data set: batches hold the rows, whatever threads read them") {
  const auto data = rows(labels_of_twenty());
  for (const int64_t workers : worker_counts) {
    Loader loader(*data, {.batch = 5, .seed = 3, .workers = make_workers(workers)});
    std::vector<int64_t> seen;
    for (Batch batch; loader.next(batch);) {
      CHECK(batch.type == DType::f16);
      REQUIRE(batch.images.size() == 4 * batch.labels.size());
      for (size_t i = 0; i < batch.labels.size(); ++i) {
        seen.push_back(batch.indices[i]);
        CHECK(batch.labels[i] == batch.images[4 * i] % 2);
        CHECK(data->image_name(batch.indices[i]) ==
              "row " + std::to_string(batch.images[4 * i + 3]) + " of f");
      }
    }
    CHECK(sorted(seen) == counting(18));
  }
}

TEST_CASE("feature data set: rows arrive one by one, and training begins with the first batch") {
  int64_t here = 0;
  const auto data = rows(labels_of_twenty(), [&here] { return here; });
  CHECK(data->size() == 18);
  CHECK(data->available() == 0);
  here = 5;  // row 4 has no label
  CHECK(data->available() == 4);
  CHECK_FALSE(data->complete());
  std::vector<uint8_t> buffer;
  CHECK(data->fetch(3, buffer)[0] == 3);
  CHECK_THROWS_AS(data->fetch(4, buffer), Error);
  const auto turns = rows({0, 1, 0, 1, 0, 1, 0, 1, 1, 1}, [&here] { return here; });
  Loader loader(*turns, {.batch = 4, .seed = 3});
  Batch batch;
  CHECK(loader.ready());
  CHECK(loader.next(batch));
  CHECK(batch.indices == std::vector<int64_t>{0, 1, 2, 3});
  CHECK_FALSE(loader.ready());
  here = 100;  // what follows the rows in their file is written, too
  CHECK(turns->complete());
  CHECK(loader.ready());
  loader.start_epoch(1);
  CHECK(loader.next(batch));
  CHECK(batch.indices != std::vector<int64_t>{0, 1, 2, 3});
}

TEST_CASE("feature data set: the classes take turns, or do not") {
  CHECK(rows({0, 1, 1, 0, 0, 1})->classes_take_turns());
  CHECK(rows({1, 0, 0, 0})->classes_take_turns());
  CHECK(rows({1, -1, 0})->classes_take_turns());
  CHECK_FALSE(rows({0, 0, 1, 1})->classes_take_turns());
  CHECK_FALSE(rows({0, 1, 0, 0, 1})->classes_take_turns());
  const auto sorted_by_class = rows({0, 0, 0, 1, 1});
  const auto turns = in_turns(sorted_by_class);
  std::vector<int64_t> read;
  std::vector<uint8_t> buffer;
  for (int64_t i = 0; i < turns->size(); ++i) read.push_back(turns->fetch(i, buffer)[0]);
  CHECK(read == std::vector<int64_t>{0, 3, 1, 4, 2});
}

TEST_CASE("feature data set: a labelled row without features is that of an unreadable image") {
  std::vector<uint8_t> bytes{1, 2, 3, 4, 0x00, 0x7E, 0x00, 0x7E, 5, 6, 7, 8};
  const FeatureDataset data(
      "f", {1, 1, 2}, {"a"},
      {.source = memory_source("f", std::move(bytes)), .available = [] { return int64_t{3}; }},
      {0, 0, 0});
  std::vector<uint8_t> buffer;
  CHECK_THROWS_MATCHES(data.fetch(1, buffer), Error,
                       MessageMatches(ContainsSubstring("row 1 of f: its image could not be")));
  Loader loader(data, {.batch = 3, .shuffle = false});
  Batch batch;
  REQUIRE(loader.next(batch));
  CHECK(batch.indices == std::vector<int64_t>{0, 2});
}

TEST_CASE("feature data set: what needs images is refused and names the data set") {
  const auto data = rows({0, 1});
  const auto needs_images = MessageMatches(
      ContainsSubstring("f holds features (of small); expected the images themselves"));
  std::vector<uint8_t> pixels(4);
  CHECK_THROWS_MATCHES(ImageReader().read(*data, 0, pixels), Error, needs_images);
  CHECK_THROWS_MATCHES(channel_statistics(*data), Error,
                       MessageMatches(ContainsSubstring("f holds features")));
  DecodedImage decoded;
  CHECK_THROWS_MATCHES(data->decode(0, pixels, decoded), Error, needs_images);
  AugmentationOptions augmentation;
  augmentation.flip = true;
  CHECK_THROWS_MATCHES(Loader(*data, {.augmentation = augmentation}), Error,
                       MessageMatches(ContainsSubstring("cannot be changed at random")));
  augmentation = {};
  augmentation.mixup = 0.2;
  CHECK_THROWS_AS(check_augmentation(*data, augmentation), Error);
  CHECK_NOTHROW(check_augmentation(numbered(2, 2), augmentation));
}

TEST_CASE("feature data set: some of the samples are features, too") {
  const auto some = first_of_each_class(rows(labels_of_twenty()), 2);
  CHECK(some->size() == 4);
  CHECK(some->sample_type() == DType::f16);
  CHECK(some->features() == "of small");
}

TEST_CASE("feature data set: rows beyond the end and labels out of range are refused") {
  const auto make = [](uint64_t first, const std::vector<int32_t>& labels) {
    FeatureDataset("f", Shape{1, 1, 2}, {"a", "b"},
                   {.source = memory_source("f", std::vector<uint8_t>(8)), .offset = first},
                   labels);
  };
  CHECK_NOTHROW(make(0, {0, 1}));
  CHECK_THROWS_AS(make(1, {0, 1}), Error);
  CHECK_THROWS_AS(make(~uint64_t{0}, {0}), Error);
  CHECK_THROWS_AS(make(0, {0, 2}), Error);
  CHECK_THROWS_AS(make(0, {-2}), Error);
}

}  // namespace convlab
