#include "features/feature_file.h"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstring>

#include "core/error.h"
#include "data/feature_dataset.h"
#include "features/feature_files.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

FeatureFile parse(std::vector<uint8_t> bytes) {
  return parse_feature_file(memory_source("photos.safetensors", std::move(bytes)));
}

void refused(std::vector<uint8_t> bytes, const std::string& message) {
  CHECK_THROWS_MATCHES(
      parse(std::move(bytes)), Error,
      MessageMatches(ContainsSubstring("photos.safetensors") && ContainsSubstring(message)));
}

std::vector<uint8_t> file_of(const std::vector<NewTensor>& tensors,
                             const std::map<std::string, std::string>& metadata) {
  std::vector<uint8_t> bytes = safetensors_start(tensors, metadata);
  for (const NewTensor& tensor : tensors) {
    const int64_t size = tensor.dtype == "F16" ? 2 : 4;
    bytes.resize(bytes.size() + static_cast<size_t>(tensor.shape.elements() * size));
  }
  return bytes;
}

}  // namespace

TEST_CASE("feature file: both parts come back, with labels, classes and what they were made of") {
  const FeatureInfo info = small_feature_info();
  const FeatureFile file = parse(feature_file_bytes(info));
  CHECK(file.info == info);
  const Dataset& train = *file.data.train;
  CHECK(train.size() == 6);
  CHECK(file.data.test->size() == 3);
  CHECK(train.name() == "photos.safetensors");
  CHECK(train.image_shape() == info.shape);
  CHECK(train.class_names() == info.class_names);
  CHECK(train.features() == info.features());
  CHECK_FALSE(train.has_images());
  CHECK(file.data.notes.empty());
  std::vector<uint8_t> buffer;
  for (int64_t i = 0; i < 3; ++i) {
    CHECK(file.data.test->label(i) == (6 + i) % 3);
    const auto stored = file.data.test->fetch(i, buffer);
    std::vector<uint16_t> row(4);
    REQUIRE(stored.size() == 8);
    std::memcpy(row.data(), stored.data(), 8);
    CHECK(row == feature_row(info, 6 + i));
  }
}

TEST_CASE("feature file: rows without a label are left out, and their number is said") {
  const FeatureFile file = parse(feature_file_bytes(small_feature_info(), {0, -1, 2, -1, 1, 2}));
  CHECK(file.data.train->size() == 4);
  CHECK(file.data.train->label(1) == 2);
  CHECK(file.data.train->image_name(1) == "row 2 of photos.safetensors");
  REQUIRE(file.data.notes.size() == 1);
  CHECK(file.data.notes[0] ==
        "2 of 6 training images could not be read when their features were computed");
}

TEST_CASE("feature file: says that networks have seen Imagenette's validation images") {
  FeatureInfo info = small_feature_info();
  for (const char* name : {"imagenette", "imagewoof-160", "imagewang"}) {
    info.data = name;
    const FeatureFile file = parse(feature_file_bytes(info, {0, 1, 2, 0, 1, 2}));
    REQUIRE(file.data.notes.size() == 1);
    CHECK(file.data.notes[0].starts_with(fmt::format(
        "most validation images of {} were in the training set of ImageNet, on which small",
        name)));
  }
}

TEST_CASE("feature file: fingerprints tell files of other weights or labels apart") {
  const auto fingerprint = [](const FeatureInfo& info, const std::vector<int32_t>& labels = {}) {
    return parse(feature_file_bytes(info, labels)).data.train->fingerprint();
  };
  FeatureInfo other = small_feature_info();
  const uint64_t first = fingerprint(other);
  CHECK(fingerprint(other) == first);
  CHECK(fingerprint(other, {0, 1, 2, 0, 1, 1}) != first);
  other.weights = std::string(64, 'c');
  CHECK(fingerprint(other) != first);
}

TEST_CASE("feature file: missing and wrong tensors are all named") {
  const FeatureInfo info = small_feature_info();
  const std::map<std::string, std::string> metadata{{features_metadata, feature_info_text(info)}};
  std::vector<NewTensor> tensors = feature_tensors(info);
  tensors.erase(tensors.begin() + 2);
  tensors[0].dtype = "F32";
  tensors[1].shape = {3, 1, 2, 2};
  const std::vector<uint8_t> bytes = file_of(tensors, metadata);
  refused(bytes, "3 tensors are not as its metadata say");
  refused(bytes, "\"train/features\" is F32 (6, 1, 1, 4), expected F16 (6, 1, 1, 4)");
  refused(bytes, "\"validation/features\" is F16 (3, 1, 2, 2), expected F16 (3, 1, 1, 4)");
  refused(bytes, "\"train/labels\" is missing");
}

TEST_CASE("feature file: what is cut off, no such file, or has a bad label is refused") {
  const FeatureInfo info = small_feature_info();
  std::vector<uint8_t> bytes = feature_file_bytes(info);
  refused(feature_file_bytes(info, {0, 1, 2, 3, 0, 1}), "label 3 of row 3 is out of range");
  refused(feature_file_bytes(info, {0, -2, 2, 1, 0, 1}), "label -2 of row 1 is out of range");
  refused(file_of(feature_tensors(info), {}), "holds no features");
  refused(file_of(feature_tensors(info), {{features_metadata, "{"}}), "not JSON");
  bytes.pop_back();
  refused(bytes, "do not lie within");
  bytes.resize(4);
  refused(bytes, "4 bytes");
}

TEST_CASE("feature info: the text comes back, and bad ones say what is wrong") {
  FeatureInfo info = small_feature_info();
  info.copies = 2;
  info.augmentation = "flip";
  info.seed = ~uint64_t{0};
  CHECK(info.rows() == 21);
  const std::string text = feature_info_text(info);
  CHECK(parse_feature_info(text, "test") == info);
  const auto changed = [&text](const std::string& from, const std::string& to) {
    std::string other = text;
    other.replace(other.find(from), from.size(), to);
    return other;
  };
  const auto bad = [](const std::string& broken, const std::string& message) {
    CHECK_THROWS_MATCHES(
        parse_feature_info(broken, "the test"), Error,
        MessageMatches(ContainsSubstring("the test") && ContainsSubstring(message)));
  };
  bad("[]", "must be an object");
  bad(changed("\"pool\"", "\"poll\""), "pool is missing");
  bad(changed("[1,1,4]", "[1,1]"), "shape must have 3 numbers");
  bad(changed("[1,1,4]", "[1,0,4]"), "expected 1 to");
  bad(changed("[1,1,4]", "[1,-1,4]"), "shape must be a whole number");
  bad(changed("[1,1,4]", "[2147483648,2147483648,4]"), "expected 1 to");
  bad(changed("\"train\":6", "\"train\":6.5"), "train must be a whole number");
  bad(changed("\"copies\":2", "\"copies\":1001"), "1001 copies");
  bad(changed("\"copies\":2", "\"copies\":1000,\"copies\":1"), "twice");
}

TEST_CASE("feature info: differences are named") {
  const FeatureInfo info = small_feature_info();
  FeatureInfo other = info;
  CHECK(feature_differences(info, other).empty());
  other.weights = "c";
  other.pool = "max";
  other.shape = {7, 7, 4};
  CHECK(feature_differences(info, other) == "weights, pool, shape");
}

}  // namespace convlab
