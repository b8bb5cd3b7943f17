#include "data/nested_archives.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/archives.h"
#include "data/catalog.h"
#include "data/formats/format.h"
#include "data/image_files.h"

namespace convlab {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

const Bytes png = make_png({2, 2}, {0, 1, 2, 0, 3, 4});

/// The photos of Caltech-101 as they are published: each folder of `classes` has two.
Bytes categories(std::vector<std::string> classes) {
  classes.emplace_back("BACKGROUND_Google");
  std::vector<TarEntry> entries;
  for (const std::string& name : classes) {
    for (const char* file : {"/image_0001.jpg", "/image_0002.jpg"})
      entries.push_back({"101_ObjectCategories/" + name + file, png});
  }
  return gzip(make_tar(entries));
}

/// caltech-101.zip, whose archives are compressed once more or not.
Bytes caltech(const std::vector<std::string>& classes, bool deflate) {
  const Bytes annotations = make_tar({{"Annotations/anchor/annotation_0001.mat", {1, 2}}});
  return make_zip({{"caltech-101/101_ObjectCategories.tar.gz", categories(classes), deflate},
                   {"caltech-101/Annotations.tar", annotations, deflate},
                   {"caltech-101/show_annotation.m", {1}},
                   {"__MACOSX/caltech-101/._Annotations.tar", {1}}});
}

size_t files_in(const fs::path& folder) {
  const fs::directory_iterator files(folder);
  return static_cast<size_t>(std::distance(begin(files), end(files)));
}

void check_refused(const TemporaryFolder& folder, const Bytes& zip, const std::string& text) {
  CHECK_THROWS_MATCHES(open_nested_archives(folder.write("a.zip", zip), folder.path() / "cache"),
                       Error, MessageMatches(ContainsSubstring(text)));
}

}  // namespace

TEST_CASE("nested archives: Caltech-101 as it is published, without its background") {
  for (const bool deflate : {false, true}) {
    const TemporaryFolder folder("caltech");
    const DataEnvironment environment{.xdg_cache_home = (folder.path() / "xdg").string()};
    const fs::path zip =
        folder.write("caltech-101.zip", caltech({"anchor", "ant", "wrench"}, deflate));
    const auto open = [&] { return load_dataset(zip.string(), {}, environment); };
    const DatasetSplits splits = open();
    CHECK(splits.train->class_names() == std::vector<std::string>{"anchor", "ant", "wrench"});
    CHECK(splits.train->size() + splits.test->size() == 6);
    CHECK_THAT(splits.notes.at(1),
               ContainsSubstring("2 images of the folder BACKGROUND_Google are left out"));
    CHECK_THAT(splits.train->image_name(0), ContainsSubstring("caltech-101.zip: caltech-101/101_"));
    // The photos are inflated once, and the annotations only where they are compressed.
    const fs::path cache = folder.path() / "xdg" / "convlab" / "inflated";
    REQUIRE(files_in(cache) == (deflate ? 2 : 1));
    const auto before = fs::last_write_time(fs::directory_iterator(cache)->path());
    open();
    CHECK((fs::last_write_time(fs::directory_iterator(cache)->path()) == before));
  }
}

TEST_CASE("nested archives: the catalog's Caltech-101 is read from caltech-101.zip") {
  const TemporaryFolder folder("caltech-catalog");
  const CatalogEntry& entry = find_entry("caltech-101");
  CHECK(entry.downloads.at(0).file == entry.archives.at(0));
  folder.write("caltech-101/caltech-101.zip", caltech(entry.class_folders, false));
  const DataEnvironment environment{.xdg_cache_home = (folder.path() / "xdg").string()};
  const DatasetSplits splits = load_dataset("caltech-101", folder.path(), environment);
  CHECK(splits.train->classes() == 101);
  CHECK(splits.train->size() + splits.test->size() == 202);
}

TEST_CASE("nested archives: each is a folder of its name; what lies deeper is not opened") {
  const TemporaryFolder folder("nested");
  const Bytes deep = make_zip({{"c/3.png", png}});
  const fs::path zip = folder.write(
      "kaggle.zip",
      make_zip(
          {{"train.zip", make_zip({{"a/1.png", png, true}, {"deep.zip", deep}, {"a/.x", png}})},
           {"test.tar", make_tar({{"b/2.png", png}})}}));
  const auto files = open_nested_archives(zip, folder.path() / "cache");
  REQUIRE(files->files().size() == 3);
  CHECK(files->files()[0].path == "test/b/2.png");
  CHECK(files->files()[1].path == "train/a/1.png");
  CHECK(files->files()[2].path == "train/deep.zip");
  CHECK(files->left_out() == "train/a/.x");
  CHECK(files->read(0, 1000) == png);
  CHECK(files->read(1, 1000) == png);
  CHECK_FALSE(fs::exists(folder.path() / "cache"));  // nothing has to be inflated
  CHECK(open_nested_archives(folder.write("b.zip", deep), folder.path()) == nullptr);
  // What only opens the outer one, as the page does, says so.
  CHECK_THROWS_MATCHES(
      open_files(open_archive(zip, folder.path()), {.name = "kaggle"}), Error,
      MessageMatches(ContainsSubstring("test.tar is an archive in it: unpack that first")));
}

TEST_CASE(
    "nested archives: damaged ones, bombs and too many are refused, and leave nothing behind") {
  const TemporaryFolder folder("nested-bad");
  const Bytes good = gzip(make_tar({{"a/1.png", png}}));
  check_refused(folder, make_zip({{"a.tar.gz", {good.begin(), good.end() - 9}}}),
                "a.zip: a.tar.gz is truncated");
  Bytes wrong = good;
  wrong[20] ^= 0xFF;
  check_refused(folder, make_zip({{"a.tgz", wrong}}), "a.zip: a.tgz is damaged");
  check_refused(folder, make_zip({{"a.tar", Bytes(600, 1), true}}), "is no archive");
  std::vector<ZipEntry> many(17, {"a.tar", make_tar({{"1.png", png}})});
  check_refused(folder, make_zip(many), "more than 16 archives in it");

  // Each of two layers of compression divides by about 1,000: 65 MiB of zeros in some kilobytes.
  const Bytes once = gzip(Bytes(size_t{65} << 20U));
  const Bytes bomb = make_zip({{"a.tar.gz", once, true}});
  CHECK(bomb.size() < 4096);
  check_refused(folder, bomb, "a.zip inflates to more than 64.0 MiB");
  // The limit is that of all together.
  const Bytes half = gzip(make_tar({{"a/1.png", Bytes(size_t{40} << 20U)}}));
  check_refused(folder, make_zip({{"a.tar.gz", half, true}, {"b.tar.gz", half, true}}),
                "inflates to more than 64.0 MiB");
  CHECK_FALSE(std::any_of(fs::directory_iterator(folder.path() / "cache"), {},
                          [](const auto& entry) { return entry.path().extension() == ".part"; }));
}

}  // namespace convlab
