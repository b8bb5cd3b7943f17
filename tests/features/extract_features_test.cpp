#include "features/extract_features.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <cstring>
#include <set>

#include "backend/winograd_key.h"
#include "core/error.h"
#include "core/float16.h"
#include "data/bytes.h"
#include "data/encoded_dataset.h"
#include "data/synthetic.h"
#include "data/worker_pool.h"
#include "features/feature_file.h"
#include "features/feature_files.h"
#include "features/feature_writer.h"
#include "features/prepared_dataset.h"
#include "nn/global_pool2d.h"
#include "pretrained/weight_files.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

constexpr int64_t train_images = 13;
constexpr int64_t validation_images = 5;

const WeightSet& small_set() {
  static const WeightSet set = lenet5_set(16, 3);
  return set;
}

/// Images of which some cannot be read.
class Damaged : public Dataset {
 public:
  Damaged(std::shared_ptr<const Dataset> images, std::set<int64_t> damaged)
      : Dataset(images->name(), images->image_shape(), images->class_names(), images->size()),
        images_(std::move(images)),
        damaged_(std::move(damaged)) {}

  int64_t available() const override { return images_->available(); }
  uint64_t fingerprint() const override { return images_->fingerprint(); }
  int32_t label(int64_t index) const override { return images_->label(index); }
  std::span<const uint8_t> fetch(int64_t index, std::vector<uint8_t>& buffer) const override {
    if (damaged_.contains(index)) fail("image {} is damaged", index);
    return images_->fetch(index, buffer);
  }
  ImageView decode(int64_t index, std::span<const uint8_t> stored,
                   DecodedImage& buffer) const override {
    return images_->decode(index, stored, buffer);
  }

 private:
  std::shared_ptr<const Dataset> images_;
  std::set<int64_t> damaged_;
};

DatasetSplits prepared(std::set<int64_t> damaged = {}) {
  DatasetSplits data = make_synthetic(train_images, validation_images, {16, 16, 3}, 3);
  data.train = std::make_shared<const Damaged>(data.train, std::move(damaged));
  return {.train = with_preprocessing(data.train, small_set()),
          .test = with_preprocessing(data.test, small_set())};
}

FeatureInfo info_of(const DatasetSplits& images, const Graph& graph, int64_t copies) {
  FeatureInfo info = small_feature_info(train_images, validation_images);
  info.shape = feature_shape(graph);
  info.class_names = images.train->class_names();
  info.copies = copies;
  return info;
}

/// Extracts features until `stop` rows are done, and returns whether they are finished.
bool extract(const std::filesystem::path& file, const DatasetSplits& images, int64_t copies,
             int64_t stop = 1000, std::string_view pool = "none", int64_t workers = 0) {
  const auto backend = make_backend("host", 1);
  Network network(feature_graph(small_set(), pool), *backend, 1, NetworkUse::inference);
  const FeatureInfo info = info_of(images, network.graph(), copies);
  FeatureExtractor extractor(network, 4);
  FeatureWriter writer(file, info);
  AugmentationOptions augmentation;
  augmentation.width_shift = 0.3;
  FeatureExtraction extraction(
      extractor, images, info,
      {.batch = 4, .augmentation = augmentation, .seed = 5, .workers = make_workers(workers)},
      writer);
  while (writer.rows() < stop) {
    if (extraction.advance()) return true;
  }
  return false;
}

std::vector<float> row_of(const Dataset& data, int64_t index) {
  std::vector<uint8_t> buffer;
  const auto stored = data.fetch(index, buffer);
  std::vector<float> row(stored.size() / 2);
  for (size_t i = 0; i < row.size(); ++i) {
    uint16_t half = 0;
    std::memcpy(&half, stored.data() + 2 * i, 2);
    row[i] = float_of_float16(half);
  }
  return row;
}

}  // namespace

TEST_CASE("features: are what the body of the network outputs, rounded to float16") {
  const FeatureFolder folder("body");
  const auto file = folder / "f.safetensors";
  const DatasetSplits images = prepared();
  REQUIRE(extract(file, images, 0));
  const FeatureFile read = parse_feature_file(open_file(file));
  CHECK(read.info.shape == Shape{2, 2, 16});
  const auto backend = make_backend("host", 1);
  Network network(feature_graph(small_set(), "none"), *backend, 1, NetworkUse::inference);
  for (const int64_t index : {0, 7, 12}) {
    const std::vector<uint8_t> pixels = pixels_of(*images.train, index);
    const Tensor input = network.prepare(Mode::eval, 1);
    const InputNormalization normalization = small_set().preprocessing.normalization();
    for (size_t i = 0; i < pixels.size(); ++i) {
      input.data()[i] =
          static_cast<float>(pixels[i]) * normalization.scale[i % 3] + normalization.offset[i % 3];
    }
    const auto outputs = backend->read_back(network.forward());
    const std::vector<float> row = row_of(*read.data.train, index);
    REQUIRE(row.size() == outputs->values().size());
    for (size_t i = 0; i < row.size(); ++i)
      CHECK(row[i] == float_of_float16(float16_of(outputs->values()[i])));
    CHECK(read.data.train->label(index) == images.train->label(index));
  }
}

TEST_CASE("features: pooled ones are the mean or the maximum of each channel") {
  const FeatureFolder folder("pooled");
  const DatasetSplits images = prepared();
  for (const std::string pool : {"none", "avg", "max"})
    REQUIRE(extract(folder / (pool + ".safetensors"), images, 0, 1000, pool));
  const auto open = [&](const std::string& pool) {
    return parse_feature_file(open_file(folder / (pool + ".safetensors"))).data.test;
  };
  CHECK(open("avg")->image_shape() == Shape{1, 1, 16});
  const std::vector<float> all = row_of(*open("none"), 2);
  const std::vector<float> avg = row_of(*open("avg"), 2);
  const std::vector<float> max = row_of(*open("max"), 2);
  for (size_t c = 0; c < 16; ++c) {
    const float sum = all[c] + all[16 + c] + all[32 + c] + all[48 + c];
    CHECK(std::abs(avg[c] - sum / 4) < 2e-3F);
    CHECK(max[c] == std::max({all[c], all[16 + c], all[32 + c], all[48 + c]}));
  }
  CHECK_THROWS_MATCHES(feature_graph(small_set(), "sum"), Error,
                       MessageMatches(ContainsSubstring("unknown pooling sum")));
}

TEST_CASE("features: copies are changed, and come after the images themselves") {
  const FeatureFolder folder("copies");
  const DatasetSplits images = prepared();
  REQUIRE(extract(folder / "plain.safetensors", images, 0));
  REQUIRE(extract(folder / "copies.safetensors", images, 2));
  const FeatureFile plain = parse_feature_file(open_file(folder / "plain.safetensors"));
  const FeatureFile copies = parse_feature_file(open_file(folder / "copies.safetensors"));
  REQUIRE(copies.data.train->size() == 3 * train_images);
  size_t changed = 0;
  for (int64_t i = 0; i < train_images; ++i) {
    const std::vector<float> row = row_of(*plain.data.train, i);
    CHECK(row_of(*copies.data.train, i) == row);
    for (const int64_t copy : {1, 2}) {
      const int64_t at = copy * train_images + i;
      CHECK(copies.data.train->label(at) == plain.data.train->label(i));
      changed += row_of(*copies.data.train, at) != row ? 1 : 0;
    }
    changed += row_of(*copies.data.train, train_images + i) !=
                       row_of(*copies.data.train, 2 * train_images + i)
                   ? 1
                   : 0;
  }
  CHECK(changed > 2 * train_images);
  for (int64_t i = 0; i < validation_images; ++i)
    CHECK(row_of(*copies.data.test, i) == row_of(*plain.data.test, i));
}

TEST_CASE("features: stopped after any batch, they continue to the same bytes") {
  const FeatureFolder folder("stopped");
  const DatasetSplits images = prepared({1, 6, 12});
  REQUIRE(extract(folder / "once.safetensors", images, 1));
  const std::vector<uint8_t> once = file_bytes(folder / "once.safetensors");
  const auto file = folder / "f.safetensors";
  for (int64_t stop = 1; stop < 31; stop += 3) {
    REQUIRE_FALSE(extract(file, images, 1, stop));
    CHECK_FALSE(std::filesystem::exists(file));
    REQUIRE(extract(file, images, 1));
    REQUIRE(file_bytes(file) == once);
    std::filesystem::remove(file);
  }
  const FeatureFile read = parse_feature_file(open_file(folder / "once.safetensors"));
  CHECK(read.data.train->size() == 2 * (train_images - 3));
}

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)  // threads are available
TEST_CASE("features: threads that decode change no bit") {
  const FeatureFolder folder("threads");
  const DatasetSplits images = prepared({3});
  REQUIRE(extract(folder / "one.safetensors", images, 1));
  REQUIRE(extract(folder / "two.safetensors", images, 1, 1000, "none", 2));
  CHECK(file_bytes(folder / "one.safetensors") == file_bytes(folder / "two.safetensors"));
}
#endif

TEST_CASE("features: of features are refused") {
  const FeatureFile features =
      parse_feature_file(memory_source("f.safetensors", feature_file_bytes(small_feature_info())));
  CHECK_THROWS_MATCHES(with_preprocessing(features.data.train, small_set()), Error,
                       MessageMatches(ContainsSubstring("expected the images themselves")));
}

TEST_CASE("data key: depends on images, labels and classes") {
  const std::string key = data_key(make_synthetic(10, 5, {16, 16, 3}, 3));
  CHECK(key.size() == 64);
  CHECK(data_key(make_synthetic(10, 5, {16, 16, 3}, 3)) == key);
  CHECK(data_key(make_synthetic(11, 5, {16, 16, 3}, 3)) != key);
  CHECK(data_key(make_synthetic(10, 5, {16, 16, 3}, 4)) != key);
}

TEST_CASE("data key: depends on what image files hold, not only on their names and sizes") {
  const TemporaryFolder folder("data-key");
  const auto key = [&folder](uint8_t last) {
    folder.write("1.png", std::vector<uint8_t>{1, 2, last});
    const auto images = std::make_shared<const EncodedDataset>(
        "photos", Shape{1, 1, 3}, std::vector<std::string>{"a"}, open_folder(folder.path()),
        std::vector<EncodedDataset::Item>{{0, 0}});
    return data_key({.train = images, .test = images});
  };
  CHECK(key(3) == key(3));
  CHECK(key(3) != key(4));
}

TEST_CASE("winograd key: says on which measurements the choice rests") {
  const std::unique_ptr<Backend> xnnpack = make_backend("xnnpack", 1);
  CHECK(winograd_key(*xnnpack).starts_with("auto-"));
  CHECK(winograd_key(*xnnpack).size() == std::string("auto-12345678").size());
  xnnpack->set_winograd(Winograd::off);
  CHECK(winograd_key(*xnnpack) == "off");
  CHECK(winograd_key(*make_backend("host", 1)) == "auto");
}

}  // namespace convlab
