#include "data/own_data.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "data/archives.h"
#include "data/bytes.h"
#include "data/own_data_json.h"
#include "data/synthetic.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

auto says(const std::string& text) { return MessageMatches(ContainsSubstring(text)); }

SourceFile file(const std::string& path, Bytes bytes) {
  return {path, memory_source(path, std::move(bytes))};
}

/// Images of 2 × 3 pixels and labels 0, 1, 2, 0, …
std::vector<SourceFile> idx_files(const std::string& before, uint32_t side = 2) {
  const uint32_t count = 6;
  std::vector<SourceFile> files;
  for (const char* part : {"train", "test"}) {
    Bytes labels;
    for (uint32_t i = 0; i < count; ++i) labels.push_back(static_cast<uint8_t>(i % 3));
    files.push_back(file(before + part + "-images.idx3-ubyte",
                         make_idx({count, side, 3}, Bytes(count * side * 3, 7))));
    files.push_back(file(before + part + "-labels.idx1-ubyte", make_idx({count}, labels)));
  }
  return files;
}

std::vector<std::string> paths(const FileSet& files) {
  std::vector<std::string> result;
  for (const FileEntry& entry : files.files()) result.push_back(entry.path);
  return result;
}

}  // namespace

TEST_CASE("source files: a set of files given one by one, without hidden ones") {
  const auto files = open_sources(
      "photos", {file("photos/b/2.png", {2, 2}), file("./photos/a/1.png", {1}),
                 file("photos/.ipynb_checkpoints/x.png", {9}),
                 file("photos/.ipynb_checkpoints/y.png", {9}), file("photos/a/.DS_Store", {9})});
  CHECK(paths(*files) == std::vector<std::string>{"photos/a/1.png", "photos/b/2.png"});
  CHECK(files->read(1, 2) == Bytes{2, 2});
  CHECK(files->files()[1].size == 2);
  CHECK_THROWS_MATCHES(files->read(1, 1), Error, says("has 2 bytes; expected at most 1"));
  CHECK(files->left_out() == "photos/.ipynb_checkpoints, photos/a/.DS_Store");
}

TEST_CASE("source files: paths that lead out of the folder or are the same are refused") {
  CHECK_THROWS_MATCHES(open_sources("x", {file("../a.png", {1})}), Error, says("leads out"));
  CHECK_THROWS_MATCHES(open_sources("x", {file("/etc/passwd", {1})}), Error, says("leads out"));
  CHECK_THROWS_MATCHES(open_sources("x", {file("a.png", {1}), file("a.png", {2})}), Error,
                       says("two files are a.png"));
}

TEST_CASE("own data: files of any name are opened and found by the name of the data set") {
  OwnData own;
  CHECK(own.find("letters") == nullptr);
  const DatasetSplits& added = own.add("letters", idx_files("letters-"));
  CHECK(added.train->size() == 6);
  CHECK(added.train->name() == "letters");
  CHECK(added.train->class_names() == std::vector<std::string>{"0", "1", "2"});
  REQUIRE(own.find("letters") != nullptr);
  CHECK(own.find("letters")->train == added.train);
}

TEST_CASE("own data: one file that is an archive is opened as one") {
  OwnData own;
  std::vector<TarEntry> entries;
  for (const SourceFile& one : idx_files("set/"))
    entries.push_back({one.path, one.source->read(0, one.source->size())});
  std::vector<SourceFile> given{file("whatever.bin", make_tar(entries))};
  const DatasetSplits& added = own.add("archive", std::move(given));
  CHECK(added.test->size() == 6);
}

TEST_CASE("own data: a name of the catalog takes only files of that data set") {
  OwnData own;
  CHECK_THROWS_MATCHES(own.add("fashion-mnist", idx_files("")), Error, says("expected 28×28"));
  CHECK(own.find("fashion-mnist") == nullptr);
  std::vector<SourceFile> files;
  for (const char* part : {"train", "t10k"}) {
    files.push_back(
        file(std::string(part) + "-images-idx3-ubyte", make_idx({1, 28, 28}, Bytes(28 * 28, 7))));
    files.push_back(
        file(std::string(part) + "-labels-idx1-ubyte.gz", gzip(make_idx({1}, Bytes{9}))));
  }
  const DatasetSplits& added = own.add("fashion-mnist", std::move(files));
  CHECK(added.train->class_names()[9] == "Ankle boot");
}

TEST_CASE("own data: another of the same name replaces it only if it can be opened") {
  OwnData own;
  own.add("x", idx_files(""));
  CHECK_THROWS_MATCHES(own.add("x", {file("notes.txt", {'h', 'i'})}), Error,
                       says("none of them a known data set"));
  CHECK_THROWS_MATCHES(own.add("x", {}), Error, says("none of them a known data set"));
  CHECK(own.find("x")->train->image_shape() == Shape{2, 3, 1});
  own.add("x", idx_files("", 4));
  CHECK(own.find("x")->train->image_shape() == Shape{4, 3, 1});
  const auto kept = own.find("x")->train;
  own.remove("x");
  CHECK(own.find("x") == nullptr);
  CHECK(kept->available() == 6);
  CHECK_THROWS_MATCHES(own.remove("x"), Error, says("there is no data set x"));
}

TEST_CASE("own data: a data set that is open already is added under a name of its own") {
  OwnData own;
  const DatasetSplits opened = make_synthetic(6, 2, {4, 4, 1}, 2);
  CHECK(own.add_opened("x", opened).train == opened.train);
  CHECK(own.find("x")->test == opened.test);
  CHECK_THROWS_MATCHES(own.add_opened("mnist", opened), Error, says("name of a known data set"));
  CHECK_THROWS_MATCHES(own.add_opened("x", make_synthetic(0, 2, {4, 4, 1}, 2)), Error,
                       says("nothing to train on"));
  CHECK_THROWS_AS(own.add_opened("a/b", opened), Error);
  CHECK(own.find("x")->train == opened.train);
}

TEST_CASE("own data: names that cannot be shown or are paths are refused") {
  OwnData own;
  for (const std::string& name : {std::string(), std::string("a/b"), std::string("a\nb"),
                                  std::string(OwnData::max_name_bytes + 1, 'a')}) {
    CHECK_THROWS_AS(own.add(name, idx_files("")), Error);
  }
}

TEST_CASE("own data: the page's list of files is parsed with limits") {
  const ListedFiles listed = parse_listed_files(
      R"({"name": "photos", "files": [{"path": "a/1.png", "size": 5000000000, "source": 7}]})");
  CHECK(listed.name == "photos");
  REQUIRE(listed.files.size() == 1);
  CHECK(listed.files[0].path == "a/1.png");
  CHECK(listed.files[0].size == 5'000'000'000);
  CHECK(listed.files[0].source == 7);
  for (const char* bad :
       {"", "[]", "{}", R"({"name": 1, "files": []})", R"({"name": "a", "files": {}})",
        R"({"name": "a", "files": [1]})", R"({"name": "a", "files": [{"path": "b"}]})",
        R"({"name": "a", "files": [{"path": "b", "size": -1, "source": 1}]})",
        R"({"name": "a", "files": [{"path": "b", "size": 1.5, "source": 1}]})",
        R"({"name": "a", "files": [{"path": "b", "size": 1, "source": 2147483648}]})",
        R"({"name": "a", "files": [{"path": "b", "size": 9007199254740993, "source": 1}]})",
        R"({"name": "a", "files": [{"path": [[]], "size": 1, "source": 1}]})"}) {
    INFO(bad);
    CHECK_THROWS_AS(parse_listed_files(bad), Error);
  }
}

TEST_CASE("own data: the description says what was found") {
  OwnData own;
  const auto description =
      nlohmann::json::parse(describe_data("x", own.add("x", idx_files("")), {"simple-convnet"}));
  CHECK(description == nlohmann::json::parse(R"({"name": "x", "train": 6, "test": 6, "classes": 3,
      "class_names": ["0", "1", "2"], "height": 2, "width": 3, "channels": 1,
      "has_common_size": true, "notes": [], "models": ["simple-convnet"]})"));
}

}  // namespace convlab
