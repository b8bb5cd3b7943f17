#include "features/feature_writer.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <optional>

#include "core/error.h"
#include "features/feature_file.h"
#include "features/feature_files.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

void append_rows(FeatureWriter& writer, const FeatureInfo& info, int64_t end) {
  while (writer.rows() < end) writer.append(feature_row(info, writer.rows()));
}

void finish(FeatureWriter& writer, const FeatureInfo& info) {
  writer.finish(feature_labels(0, info.train_rows()),
                feature_labels(info.train_rows(), info.validation));
}

void refused(const std::filesystem::path& file, const FeatureInfo& info,
             const std::string& message) {
  CHECK_THROWS_MATCHES(
      FeatureWriter(file, info), Error,
      MessageMatches(ContainsSubstring("f.safetensors.part") && ContainsSubstring(message)));
}

}  // namespace

TEST_CASE("feature writer: the file gets its name when it is whole") {
  const FeatureFolder folder("whole");
  const auto file = folder / "f.safetensors";
  const FeatureInfo info = small_feature_info();
  {
    FeatureWriter writer(file, info);
    append_rows(writer, info, info.rows());
    CHECK_FALSE(std::filesystem::exists(file));
    finish(writer, info);
  }
  CHECK(file_bytes(file) == feature_file_bytes(info));
  CHECK_FALSE(std::filesystem::exists(folder / "f.safetensors.part"));
}

TEST_CASE("feature writer: continues wherever another was ended, with the same bytes") {
  const FeatureFolder folder("resume");
  const auto file = folder / "f.safetensors";
  const auto part = folder / "f.safetensors.part";
  const FeatureInfo info = small_feature_info();
  const std::vector<uint8_t> whole = feature_file_bytes(info);
  // From an empty file to one that only lacks its last label.
  for (size_t size = 0; size < whole.size(); size += 7) {
    std::ofstream(part, std::ios::binary)
        .write(reinterpret_cast<const char*>(whole.data()), static_cast<std::streamsize>(size));
    FeatureWriter writer(file, info);
    append_rows(writer, info, info.rows());
    finish(writer, info);
    REQUIRE(file_bytes(file) == whole);
  }
}

TEST_CASE("feature writer: rows of unreadable images get no label, also after an interruption") {
  const FeatureFolder folder("unreadable");
  const auto file = folder / "f.safetensors";
  const FeatureInfo info = small_feature_info();
  {
    FeatureWriter writer(file, info);
    append_rows(writer, info, 2);
    writer.append_unreadable(1);
  }
  {
    FeatureWriter writer(file, info);
    CHECK(writer.rows() == 3);
    append_rows(writer, info, 7);
    writer.append_unreadable(2);
    finish(writer, info);
  }
  const FeatureFile read = parse_feature_file(open_file(file));
  CHECK(read.data.train->size() == 5);
  CHECK(read.data.train->image_name(2) == "row 3 of f.safetensors");
  CHECK(read.data.test->size() == 1);
  CHECK(read.data.notes.size() == 2);
}

TEST_CASE("feature writer: a part of other weights or data is kept, and said to be") {
  const FeatureFolder folder("other");
  const auto file = folder / "f.safetensors";
  const FeatureInfo info = small_feature_info();
  {
    FeatureWriter writer(file, info);
    append_rows(writer, info, 2);
  }
  const auto part = folder / "f.safetensors.part";
  const std::vector<uint8_t> before = file_bytes(part);
  FeatureInfo other = info;
  other.weights = std::string(64, 'c');
  other.preprocessing = "BGR";
  refused(file, other, "was begun with another weights, preprocessing; expected the same");
  other = info;
  other.data_key = "d";
  refused(file, other, "another data_key");
  CHECK(file_bytes(part) == before);
  std::ofstream(part) << "a text";
  refused(file, info, "is not the beginning of a file of features");
  CHECK(std::filesystem::file_size(part) == 6);
}

#ifndef __EMSCRIPTEN__  // its files cannot be locked
TEST_CASE("feature writer: two processes do not write one file") {
  const FeatureFolder folder("locked");
  const auto file = folder / "f.safetensors";
  const FeatureInfo info = small_feature_info();
  FeatureWriter writer(file, info);
  append_rows(writer, info, 2);
  refused(file, info, "another process is writing this file");
  append_rows(writer, info, info.rows());
  finish(writer, info);
  CHECK(parse_feature_file(open_file(file)).info == info);
}
#endif

TEST_CASE("feature writer: nothing is left of a file without a row, and wrong calls are refused") {
  const FeatureFolder folder("wrong");
  const auto file = folder / "f.safetensors";
  const FeatureInfo info = small_feature_info();
  {
    FeatureWriter writer(file, info);
    CHECK_THROWS_AS(finish(writer, info), Error);
    CHECK_THROWS_AS(writer.append(std::vector<uint16_t>(3)), Error);
    CHECK_THROWS_AS(writer.append_unreadable(info.rows() + 1), Error);
    writer.truncate(0);
  }
  CHECK_FALSE(std::filesystem::exists(folder / "f.safetensors.part"));
  CHECK_THROWS_MATCHES(FeatureWriter(folder / "none/f.safetensors", info), Error,
                       MessageMatches(ContainsSubstring("there is no folder")));
  std::filesystem::create_directory(folder / "f.safetensors.part");
  refused(file, info, "cannot be written");
}

}  // namespace convlab
