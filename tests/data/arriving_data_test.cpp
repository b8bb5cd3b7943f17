#include "data/arriving_data.h"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/cached_dataset.h"
#include "data/channel_statistics.h"
#include "data/encoded_dataset.h"
#include "data/image_files.h"
#include "data/loader.h"
#include "data/resized_dataset.h"
#include "data/shards.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

/// One grey image of 2×2 pixels of one value, in three classes.
Shard pixel_shard(uint16_t label, uint8_t value) {
  return {
      .image = {2, 2, 1}, .classes = 3, .labels = {label}, .sizes = {}, .images = Bytes(4, value)};
}

/// A grey PNG file of one value.
Bytes flat_png(uint32_t height, uint32_t width, uint8_t value) {
  const size_t row_bytes = 1 + size_t{width};  // begins with the kind of filter: none
  Bytes rows(height * row_bytes, value);
  for (size_t y = 0; y < height; ++y) rows[y * row_bytes] = 0;
  return make_png({height, width}, rows);
}

/// Two PNG files of different sizes, in 300 classes.
Shard photo_shard(uint16_t label) {
  const Bytes small = flat_png(5, 3, 1);
  const Bytes large = flat_png(9, 8, 2);
  Shard shard{.kind = ShardKind::encoded,
              .image = {6, 6, 1},
              .classes = 300,
              .labels = {label, 0},
              .sizes = {static_cast<uint32_t>(small.size()), static_cast<uint32_t>(large.size())},
              .images = small};
  add_bytes(shard.images, large);
  return shard;
}

void describe(ArrivingData& data, const PackedDataset& packed) {
  data.describe(packed_catalog_text(std::vector{packed}), "catalog.json");
}

}  // namespace

TEST_CASE("arriving data: shards are appended to what was opened last") {
  const std::vector<Shard> train{pixel_shard(2, 7), pixel_shard(1, 8)};
  const std::vector<Shard> test{pixel_shard(0, 9)};
  ArrivingData data;
  describe(data, packed_of("dots", train, test));
  CHECK_FALSE(data.append("dots", "dots/train-0000.bin", encode_shard(train[0]), "first"));
  const DatasetSplits before = data.open("dots");
  const DatasetSplits now = data.open("dots");
  CHECK(now.train->size() == 2);
  CHECK(now.train->available() == 0);
  CHECK(data.append("dots", "dots/train-0000.bin", gzip(encode_shard(train[0])), "train"));
  CHECK(data.append("dots", "dots/test-0000.bin", encode_shard(test[0]), "test"));
  CHECK(now.train->available() == 1);
  CHECK(now.train->label(0) == 2);
  CHECK(now.test->label(0) == 0);
  CHECK(before.train->available() == 0);
  CHECK(data.append("dots", "dots/train-0001.bin", encode_shard(train[1]), "train"));
  CHECK(now.train->complete());
}

TEST_CASE("arriving data: what was opened and dropped again leaves the one before arriving") {
  const std::vector<Shard> train{pixel_shard(2, 7)};
  ArrivingData data;
  describe(data, packed_of("dots", train, {pixel_shard(0, 9)}));
  const DatasetSplits used = data.open("dots");
  data.open("dots");  // for options that were then refused
  CHECK(data.append("dots", "dots/train-0000.bin", encode_shard(train[0]), "train"));
  CHECK(used.train->complete());
}

TEST_CASE("arriving data: what is damaged, not next, or used by nobody changes nothing") {
  const std::vector<Shard> train{pixel_shard(2, 7), pixel_shard(1, 8)};
  ArrivingData data;
  describe(data, packed_of("dots", train, {pixel_shard(0, 9)}));
  DatasetSplits dots = data.open("dots");
  const auto refused = [&](const std::string& file, const Bytes& bytes, const std::string& text) {
    CHECK_THROWS_MATCHES(
        data.append("dots", file, bytes, "http://x/" + file), Error,
        MessageMatches(ContainsSubstring("http://x/" + file) && ContainsSubstring(text)));
    CHECK(dots.train->available() == 0);
  };
  refused("dots/train-0000.bin", Bytes(100, 1), "is damaged: it begins with 01 01");
  refused("dots/train-0000.bin", encode_shard(train[1]), "is damaged: its SHA-256");
  refused("dots/train-0001.bin", encode_shard(train[1]),
          "begins with image 1 of dots; expected image 0");
  refused("dots/train-0002.bin", encode_shard(train[1]), "no such file of dots");
  describe(data, packed_of("dots", {pixel_shard(2, 7)}, {pixel_shard(0, 9)}));
  refused("dots/train-0000.bin", encode_shard(train[0]), "another one than when");
  CHECK_FALSE(data.append("other", "other/train-0000.bin", {}, "another"));
  dots = {};
  CHECK_FALSE(data.append("dots", "dots/train-0000.bin", Bytes(100, 1), "too late"));
}

TEST_CASE("arriving data: a shard that is not what the catalog says of it is refused") {
  Shard other = pixel_shard(2, 7);
  other.image = {1, 4, 1};
  PackedDataset packed = packed_of("dots", {other}, {pixel_shard(0, 9)});
  packed.image = {2, 2, 1};
  ArrivingData data;
  describe(data, packed);
  const DatasetSplits dots = data.open("dots");
  CHECK_THROWS_MATCHES(
      data.append("dots", "dots/train-0000.bin", encode_shard(other), "train"), Error,
      MessageMatches(
          ContainsSubstring("1 images of (1, 4, 1) but the catalog has 1 of (2, 2, 1)")));
  CHECK(dots.train->available() == 0);
}

TEST_CASE("arriving data: without a catalog, IDX data sets wait for one, and photos do not") {
  ArrivingData data;
  CHECK(data.open("mnist").train->size() == 60000);
  CHECK_THROWS_MATCHES(data.open("imagenette"), Error,
                       MessageMatches(ContainsSubstring("has not arrived")));
  CHECK_THROWS_AS(data.open("minst"), Error);
}

TEST_CASE(
    "arriving data: one that is not hosted says its size, source, licence and how to get it") {
  ArrivingData data;
  describe(data, packed_of("dots", {pixel_shard(2, 7)}, {pixel_shard(0, 9)}));
  CHECK_THROWS_MATCHES(
      data.open("cifar-10"), Error,
      MessageMatches(ContainsSubstring("CIFAR-10 is not hosted here") &&
                     ContainsSubstring("A. Krizhevsky") && ContainsSubstring("162.2 MiB") &&
                     ContainsSubstring("licence: none stated") &&
                     ContainsSubstring("convlab datasets fetch cifar-10") &&
                     ContainsSubstring("Hosted are: dots")));
  CHECK_THROWS_MATCHES(data.open("cats"), Error,
                       MessageMatches(ContainsSubstring("no data set 'cats' is hosted here")));
}

TEST_CASE("arriving data: photos of any size arrive, and are read in another size") {
  const std::vector<Shard> train{photo_shard(299), photo_shard(1)};
  ArrivingData data;
  describe(data, packed_of("photos", train, {photo_shard(5)}));
  const DatasetSplits photos = data.open("photos");
  const DatasetSplits used = with_cache(with_image_shape(photos, {4, 4, 1}), 1 << 20);
  CHECK_FALSE(used.train->has_common_size());
  CHECK(used.train->size() == 4);
  CHECK(used.train->available() == 0);
  CHECK(data.append("photos", "photos/train-0000.bin", encode_shard(train[0]), "train"));
  CHECK(used.train->available() == 2);
  CHECK(used.train->label(0) == 299);
  ImageReader reader;
  Bytes pixels(16);
  for (const int64_t index : {0, 1, 0}) {
    reader.read(*used.train, index, pixels);
    CHECK(pixels[5] == index + 1);
  }
  CHECK_THROWS_AS(reader.read(*used.train, 2, pixels), Error);
  const uint64_t some = used.train->fingerprint();
  CHECK(data.append("photos", "photos/train-0001.bin", encode_shard(train[1]), "train"));
  CHECK(used.train->complete());
  CHECK(used.train->fingerprint() != some);
}

TEST_CASE("arriving data: photos train from two megabytes on, in the order of the folder") {
  constexpr size_t count = 84;
  constexpr size_t in_shard = 7;
  const TemporaryFolder folder("arriving-photos");
  std::vector<Shard> shards;
  std::vector<EncodedDataset::Item> items;
  for (size_t i = 0; i < count; ++i) {
    Bytes png = flat_png(1, 1, static_cast<uint8_t>(i));
    png.resize(size_t{128} << 10U);  // decoders ignore what follows the image
    folder.write(fmt::format("{:02}.png", i), png);
    items.push_back({static_cast<uint32_t>(i), static_cast<int32_t>(i % 2)});
    if (i % in_shard == 0)
      shards.push_back({.kind = ShardKind::encoded, .image = {1, 1, 1}, .classes = 2});
    shards.back().labels.push_back(static_cast<uint16_t>(i % 2));
    shards.back().sizes.push_back(static_cast<uint32_t>(png.size()));
    add_bytes(shards.back().images, png);
  }
  const EncodedDataset photos("photos", {1, 1, 1}, {"0", "1"}, open_folder(folder.path()), items);
  ArrivingData data;
  describe(data, packed_of("photos", shards, {shards[0]}));
  const DatasetSplits arriving = data.open("photos");
  CHECK(arriving.train->stored_bytes() == photos.stored_bytes());
  const LoaderOptions options{.batch = 4, .seed = 5};
  Loader from_folder(photos, options);
  Loader loader(*arriving.train, options);
  std::vector<std::vector<int64_t>> batches;
  Batch batch;
  for (size_t i = 0; i < shards.size(); ++i) {
    // The first block of 16 images is in three shards.
    if (i <= 3) CHECK(loader.ready() == (i == 3));
    while (loader.ready() && loader.batches_done() < loader.batches_per_epoch()) {
      REQUIRE(loader.next(batch));
      batches.push_back(batch.indices);
    }
    REQUIRE(data.append("photos", fmt::format("photos/train-{:04}.bin", i), encode_shard(shards[i]),
                        "train"));
  }
  while (loader.next(batch)) batches.push_back(batch.indices);
  for (const std::vector<int64_t>& indices : batches) {
    REQUIRE(from_folder.next(batch));
    CHECK(batch.indices == indices);
  }
  CHECK_FALSE(from_folder.next(batch));
}

TEST_CASE("arriving data: statistics are those of the catalog, whatever has arrived") {
  ArrivingData data;
  describe(data, packed_of("photos", {photo_shard(1)}, {photo_shard(5)}));
  const DatasetSplits photos =
      with_cache(with_image_shape(data.open("photos"), {4, 4, 1}), 1 << 20);
  const ChannelStatistics statistics = channel_statistics(*photos.train);
  CHECK(statistics.mean == std::vector{33.25});
  CHECK(statistics.deviation == std::vector{78.5});
  const DatasetSplits coloured = with_image_shape(data.open("photos"), {4, 4, 3});
  CHECK_THROWS_MATCHES(channel_statistics(*coloured.train), Error,
                       MessageMatches(ContainsSubstring("0 of 2 images of photos have arrived")));
}

TEST_CASE("arriving data: photos beyond the memory limit are refused before they arrive") {
  ArrivingData data({.max_bytes = 100});
  describe(data, packed_of("photos", {photo_shard(1)}, {photo_shard(5)}));
  CHECK_THROWS_MATCHES(data.open("photos"), Error,
                       MessageMatches(ContainsSubstring("more than the 100 B")));
  // The catalog may promise pixels that no 32-bit memory holds.
  PackedDataset pixels = packed_of("dots", {pixel_shard(2, 7)}, {pixel_shard(0, 9)});
  pixels.image = {4096, 4096, 4};
  pixels.mean = pixels.deviation = {0, 0, 0, 0};
  pixels.train.shards.front().count = pixels.train.count = int64_t{1} << 30;
  describe(data, pixels);
  CHECK_THROWS_MATCHES(data.open("dots"), Error,
                       MessageMatches(ContainsSubstring("more than the 100 B")));
}

}  // namespace convlab
