#include "data/file_set.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>

#include "core/error.h"
#include "data/archives.h"
#include "data/bytes.h"
#include "data/inflated_file.h"

namespace convlab {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

std::vector<std::string> paths(const FileSet& files) {
  std::vector<std::string> result;
  for (const FileEntry& file : files.files()) result.push_back(file.path);
  return result;
}

const std::vector<TarEntry> three_files{
    {"set/b/2.png", {2, 2}}, {"set/a/1.png", {1}}, {"set/.DS_Store", {9}}};

}  // namespace

TEST_CASE("file set: a folder and archives of it have the same files, without hidden ones") {
  const TemporaryFolder folder("file-set");
  for (const TarEntry& file : three_files) folder.write("plain/" + file.path, file.bytes);
  folder.write("plain/set/.ipynb_checkpoints/a/3.png", Bytes{3});
  folder.write("plain/__MACOSX/set/a/._1.png", Bytes{3});
  const Bytes tar = make_tar(three_files);
  folder.write("a.tar", tar);
  folder.write("a.tgz", gzip(tar));
  folder.write("a.zip", make_zip({{"set/b/2.png", {2, 2}},
                                  {"set/a/1.png", {1}},
                                  {"__MACOSX/set/a/._1.png", {9}},
                                  {"__MACOSX/set/b/._2.png", {9}}}));
  const fs::path cache = folder.path() / "cache";
  const std::vector<std::shared_ptr<const FileSet>> sets{
      open_folder(folder.path() / "plain"), open_archive(folder.path() / "a.tar", cache),
      open_archive(folder.path() / "a.tgz", cache), open_archive(folder.path() / "a.zip", cache)};
  for (const auto& files : sets) {
    INFO(files->name());
    CHECK(paths(*files) == std::vector<std::string>{"set/a/1.png", "set/b/2.png"});
    CHECK(files->files()[1].size == 2);
    CHECK(files->read(0, 1) == Bytes{1});
    CHECK(files->read(1, 2) == Bytes{2, 2});
    CHECK_THROWS_AS(files->read(1, 1), Error);
    CHECK(files->find("set/b/2.png") == size_t{1});
    CHECK_FALSE(files->find("set/b/3.png"));
    CHECK_FALSE(files->left_out().empty());
    CHECK(files->title(0).find("set/a/1.png") != std::string::npos);
  }
  CHECK_THAT(sets[0]->left_out(), ContainsSubstring("set/.DS_Store"));
  CHECK_THAT(sets[0]->left_out(), ContainsSubstring("set/.ipynb_checkpoints"));
  CHECK(sets[3]->left_out() == "__MACOSX");
}

TEST_CASE("file set: what is no archive is refused with its first bytes") {
  const TemporaryFolder folder("no-archive");
  const fs::path text = folder.write("a.zip", Bytes{'h', 'e', 'l', 'l', 'o'});
  CHECK_THROWS_MATCHES(open_archive(text, folder.path()), Error,
                       MessageMatches(ContainsSubstring("begins with 68 65 6c 6c 6f")));
  CHECK_THROWS_AS(open_archive(folder.write("empty", {}), folder.path()), Error);
  CHECK_THROWS_AS(open_archive(folder.write("a.gz", gzip(Bytes{1, 2, 3})), folder.path()), Error);
  CHECK_THROWS_AS(open_folder(folder.path() / "absent"), Error);
}

TEST_CASE("inflated file: kept in the cache, renewed when the archive changes") {
  const TemporaryFolder folder("inflated");
  const fs::path cache = folder.path() / "cache";
  const fs::path archive = folder.write("a.gz", gzip(Bytes(100, 7)));
  const fs::path first = inflated_file(archive, cache);
  CHECK(open_listed(cache, {first.filename().string()})->read(0, 100) == Bytes(100, 7));
  folder.write(fs::path("cache") / first.filename(), Bytes{5});  // it is not inflated again
  CHECK(inflated_file(archive, cache) == first);
  CHECK(fs::file_size(first) == 1);

  Bytes two = gzip(Bytes(100, 8));
  add_bytes(two, gzip(Bytes(3, 9)));
  two.resize(two.size() + 512);  // padding
  folder.write("a.gz", two);
  fs::last_write_time(archive, fs::last_write_time(archive) + std::chrono::seconds(2));
  const fs::path second = inflated_file(archive, cache);
  CHECK(second != first);
  CHECK(fs::file_size(second) == 103);
  CHECK_FALSE(fs::exists(first));
}

TEST_CASE("inflated file: a damaged or truncated archive leaves nothing behind") {
  const TemporaryFolder folder("inflated-damaged");
  const fs::path cache = folder.path() / "cache";
  Bytes good = gzip(Bytes(5000, 7));
  Bytes cut(good.begin(), good.end() - 5);
  CHECK_THROWS_MATCHES(inflated_file(folder.write("cut.gz", cut), cache), Error,
                       MessageMatches(ContainsSubstring("truncated")));
  good[good.size() - 6] ^= 1;  // in the checksum
  CHECK_THROWS_MATCHES(inflated_file(folder.write("bad.gz", good), cache), Error,
                       MessageMatches(ContainsSubstring("damaged")));
  CHECK(fs::is_empty(cache));
}

TEST_CASE("file set: an archive is opened from any source, but inflated only from a file") {
  const Bytes tar = make_tar(three_files);
  const auto files = open_archive(memory_source("dropped.tar", tar));
  CHECK(paths(*files) == std::vector<std::string>{"set/a/1.png", "set/b/2.png"});
  CHECK(files->read(1, 2) == Bytes{2, 2});
  CHECK(open_archive(memory_source("z", make_zip({{"a/1.png", {1}}})))->read(0, 1) == Bytes{1});
  CHECK_THROWS_MATCHES(open_archive(memory_source("dropped.tgz", gzip(tar))), Error,
                       MessageMatches(ContainsSubstring("dropped.tgz is no archive")));
  CHECK(is_archive(*memory_source("a", tar)));
  CHECK(is_archive(*memory_source("a", gzip(tar))));
  CHECK_FALSE(is_archive(*memory_source("a", gzip(Bytes{0, 0, 8, 1}))));
  CHECK_FALSE(is_archive(*memory_source("a", {})));
}

}  // namespace convlab
