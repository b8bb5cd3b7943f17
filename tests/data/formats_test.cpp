#include "data/formats/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "core/error.h"
#include "data/catalog.h"
#include "data/image_files.h"
#include "data/resized_dataset.h"
#include "data/selected_dataset.h"
#include "data/synthetic.h"

namespace convlab {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

/// A grey PNG of 2 × 2 pixels of one value.
Bytes grey_png(uint8_t value) {
  return make_png({2, 2, PngColor::grey}, {0, value, value, 0, value, value});
}

DatasetSplits open(const TemporaryFolder& folder, const FormatOptions& options = {.name = "set"}) {
  return open_files(open_folder(folder.path()), options);
}

void check_error(const TemporaryFolder& folder, const std::string& text,
                 const FormatOptions& options = {.name = "set"}) {
  CHECK_THROWS_MATCHES(open(folder, options), Error, MessageMatches(ContainsSubstring(text)));
}

std::vector<int64_t> count_labels(const Dataset& dataset) {
  std::vector<int64_t> counts(static_cast<size_t>(dataset.classes()));
  for (int64_t i = 0; i < dataset.size(); ++i) ++counts[static_cast<size_t>(dataset.label(i))];
  return counts;
}

bool has_note(const DatasetSplits& splits, const std::string& text) {
  return std::any_of(splits.notes.begin(), splits.notes.end(),
                     [&](const std::string& note) { return note.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("formats: natural order counts digits as numbers") {
  std::vector<std::string> names{"class 10", "Class 2", "b", "class 1", "a10b", "a9c", "a010a", ""};
  std::sort(names.begin(), names.end(), natural_less);
  CHECK(names == std::vector<std::string>{"", "a9c", "a010a", "a10b", "b", "class 1", "Class 2",
                                          "class 10"});
  CHECK_FALSE(natural_less("a", "a"));
  CHECK(natural_less("01", "1") != natural_less("1", "01"));
}

TEST_CASE("image folder: parts by name, classes in natural order, ImageNet's with their names") {
  const TemporaryFolder folder("parts");
  for (const std::string name : {"10", "2", "n01440764"}) {
    for (uint8_t i = 0; i < 3; ++i)
      folder.write("my/train/" + name + "/" + std::to_string(i) + ".PNG", grey_png(i));
    folder.write("my/val/" + name + "/x.png", grey_png(100));
  }
  folder.write("my/train/2/notes.txt", Bytes{'a'});
  folder.write("my/train/.ipynb_checkpoints/2/0.png", grey_png(1));
  const DatasetSplits splits = open(folder);
  CHECK(splits.train->class_names() == std::vector<std::string>{"2", "10", "tench"});
  CHECK(splits.train->image_shape() == Shape{2, 2, 1});
  CHECK(count_labels(*splits.train) == std::vector<int64_t>{3, 3, 3});
  CHECK(count_labels(*splits.test) == std::vector<int64_t>{1, 1, 1});
  CHECK(pixels_of(*splits.test, 0) == Bytes(4, 100));
  CHECK_FALSE(splits.train->has_common_size());
  CHECK(splits.test->image_name(0).ends_with("val/10/x.png"));
  CHECK(has_note(splits, "1 file left out"));
  CHECK(has_note(splits, ".ipynb_checkpoints"));
}

TEST_CASE("image folder: without parts a fifth of each class is set aside") {
  const TemporaryFolder folder("one-part");
  for (uint8_t i = 0; i < 20; ++i) {
    folder.write("cats/" + std::to_string(i) + ".png", grey_png(i));
    if (i < 10) folder.write("dogs/" + std::to_string(i) + ".png", grey_png(i));
  }
  const DatasetSplits splits = open(folder);
  CHECK(count_labels(*splits.train) == std::vector<int64_t>{16, 8});
  CHECK(count_labels(*splits.test) == std::vector<int64_t>{4, 2});
  CHECK(has_note(splits, "6 of 30 are set aside as test images"));
  // Sorted by class in the folder, but not in the order of training.
  const Dataset& train = *splits.train;
  int changes = 0;
  for (int64_t i = 1; i < train.size(); ++i) changes += train.label(i) != train.label(i - 1);
  CHECK(changes > 4);
  FormatOptions other{.name = "set", .seed = 5};
  CHECK(open(folder, other).test->fingerprint() != splits.test->fingerprint());
  CHECK(open(folder).test->fingerprint() == splits.test->fingerprint());
}

TEST_CASE("image folder: images of different sizes get a size that can be changed") {
  const TemporaryFolder folder("sizes");
  folder.write("train/a/1.png", grey_png(1));
  folder.write("train/b/2.png", make_png({1, 4, PngColor::rgb}, Bytes(13)));
  folder.write("test/a/1.png", grey_png(7));
  folder.write("test/b/2.png", Bytes{'n', 'o'});
  const DatasetSplits splits = open(folder);
  CHECK(splits.train->image_shape() == Shape{128, 128, 3});
  const DatasetSplits small = with_image_shape(splits, {2, 2, 3});
  CHECK(pixels_of(*small.test, 0) == Bytes(12, 7));
  CHECK(small.train->fingerprint() == splits.train->fingerprint());
  CHECK(with_image_shape(small, {2, 2, 3}).test == small.test);
  CHECK_THROWS_MATCHES(pixels_of(*small.test, 1), Error,
                       MessageMatches(ContainsSubstring("test/b/2.png is no PNG")));
}

TEST_CASE("image folder: the first folder is the class, however deep its images lie") {
  const TemporaryFolder folder("deep");
  for (const std::string name : {"cats/1/a.png", "cats/2/b.png", "dogs/1/c.png", "dogs/d.png"})
    folder.write("photos/2024/" + name, grey_png(1));
  for (uint8_t i = 0; i < 6; ++i)
    folder.write("photos/2024/dogs/more/" + std::to_string(i) + ".png", grey_png(i));
  const DatasetSplits splits = open(folder);
  CHECK(splits.train->class_names() == std::vector<std::string>{"cats", "dogs"});
  CHECK(splits.train->size() + splits.test->size() == 10);
}

TEST_CASE("image folder: a class may be called train; what lies beside the parts is left out") {
  const TemporaryFolder classes("class-train");
  for (const std::string name : {"bus", "car", "train"}) {
    for (uint8_t i = 0; i < 5; ++i)
      classes.write(name + "/" + std::to_string(i) + ".png", grey_png(i));
  }
  CHECK(open(classes).train->class_names() == std::vector<std::string>{"bus", "car", "train"});

  const TemporaryFolder parts("beside");
  for (const std::string part : {"Training", "seg_test"}) {
    for (const std::string name : {"bus", "train"}) {
      parts.write(fs::path(part) / part / name / "1.png", grey_png(1));
    }
  }
  parts.write("unsup/1/2.png", grey_png(1));
  parts.write("docs/figure.png", grey_png(1));
  const DatasetSplits splits = open(parts);
  CHECK(splits.train->class_names() == std::vector<std::string>{"bus", "train"});
  CHECK(splits.train->size() == 2);
  CHECK(splits.test->size() == 2);
  CHECK(has_note(splits, "2 files left out"));
}

TEST_CASE("image folder: of folders for validation and for testing the first is used") {
  const TemporaryFolder folder("three-parts");
  for (const std::string part : {"train", "val", "test"}) {
    for (const std::string name : {"a", "b"})
      folder.write(fs::path(part) / name / "1.png", grey_png(1));
  }
  folder.write("test/a/2.png", grey_png(1));
  const DatasetSplits splits = open(folder);
  CHECK(splits.test->size() == 2);
  CHECK(splits.test->image_name(0).find("val/a") != std::string::npos);
  CHECK(has_note(splits, "3 images of the folder for testing are left out"));
  CHECK_FALSE(has_note(splits, "files left out"));  // nothing else is
}

TEST_CASE("image folder: large photos of one size get a size that trains; one class is refused") {
  const TemporaryFolder folder("large");
  const Bytes large = make_png({1, 300, PngColor::grey}, Bytes(301));
  for (const std::string name : {"a", "b"}) {
    for (uint8_t i = 0; i < 3; ++i) folder.write(name + "/" + std::to_string(i) + ".png", large);
  }
  CHECK(open(folder).train->image_shape() == Shape{128, 128, 1});
  const TemporaryFolder one("one-class");
  for (uint8_t i = 0; i < 9; ++i) one.write("cats/" + std::to_string(i) + ".png", grey_png(i));
  check_error(one,
              "all images are in one folder, cats; expected a folder for each of at least two");
}

TEST_CASE("formats: a photo whose name has idx in it is a photo") {
  const TemporaryFolder folder("idx-photos");
  for (const std::string name : {"a", "b"}) {
    for (uint8_t i = 0; i < 6; ++i)
      folder.write(name + "/frame_idx_" + std::to_string(i) + ".png", grey_png(i));
  }
  CHECK(open(folder).train->class_names() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("formats: IDX parts of different image sizes are refused") {
  const TemporaryFolder folder("idx-sizes");
  folder.write("train-images-idx3-ubyte", make_idx({2, 2, 2}, Bytes(8)));
  folder.write("train-labels-idx1-ubyte", make_idx({2}, Bytes{0, 1}));
  folder.write("t10k-images-idx3-ubyte", make_idx({2, 3, 3}, Bytes(18)));
  folder.write("t10k-labels-idx1-ubyte", make_idx({2}, Bytes{0, 1}));
  check_error(folder, "of 2×2 but");
}

TEST_CASE("image folder: what is not a data set is refused with what was expected") {
  const TemporaryFolder folder("unusable");
  check_error(folder, "0 files, none of them a known data set. Expected one of:");
  folder.write("1.png", grey_png(1));
  check_error(folder, "expected a folder for each class, such as cats/1.jpg");
  folder.write("a/1.png", Bytes{1});
  check_error(folder, "all images are in one folder, a;");
  folder.write("b/1.png", Bytes{1});
  check_error(folder, "none of 2 images can be read; the last: [image] ");
  check_error(folder, "no images in a folder c, a class of set",
              {.name = "set", .class_names = {"A", "C"}, .class_folders = {"a", "c"}});
}

TEST_CASE("formats: IDX files under other names and a folder of PNGs hold the same images") {
  const TemporaryFolder folder("same");
  Bytes pixels;
  Bytes labels;
  for (uint8_t i = 0; i < 30; ++i) {
    pixels.insert(pixels.end(), 4, static_cast<uint8_t>(8 * i));
    labels.push_back(i % 3);
  }
  folder.write("mnist/train-images-idx3-ubyte", make_idx({30, 2, 2}, pixels));
  folder.write("mnist/train-labels-idx1-ubyte", make_idx({30}, labels));
  folder.write("mnist/t10k-images-idx3-ubyte", make_idx({30, 2, 2}, pixels));
  folder.write("mnist/t10k-labels-idx1-ubyte.gz", gzip(make_idx({30}, labels)));
  folder.write("other/letters-train-images.idx3-ubyte.gz", gzip(make_idx({30, 2, 2}, pixels)));
  folder.write("other/letters-train-labels.idx1-ubyte", make_idx({30}, labels));
  folder.write("other/letters-test-images.idx3-ubyte", make_idx({30, 2, 2}, pixels));
  folder.write("other/letters-test-labels.idx1-ubyte", make_idx({30}, labels));
  for (uint8_t i = 0; i < 30; ++i) {
    const std::string name = std::to_string(i % 3) + "/" + (i < 10 ? "0" : "") + std::to_string(i);
    folder.write("png/train/" + name + ".png", grey_png(static_cast<uint8_t>(8 * i)));
    folder.write("png/test/" + name + ".png", grey_png(static_cast<uint8_t>(8 * i)));
  }
  const DatasetSplits mnist = load_dataset((folder.path() / "mnist").string());
  const DatasetSplits other = load_dataset((folder.path() / "other").string());
  const DatasetSplits png = load_dataset((folder.path() / "png/").string());
  CHECK(mnist.train->name() == "mnist");
  CHECK(png.train->name() == "png");
  CHECK(other.train->fingerprint() == mnist.train->fingerprint());
  for (const DatasetSplits* splits : {&mnist, &other, &png}) {
    CHECK(splits->train->class_names() == std::vector<std::string>{"0", "1", "2"});
    for (const auto& part : {splits->train, splits->test}) {
      CHECK(part->image_shape() == Shape{2, 2, 1});
      REQUIRE(part->size() == 30);
      for (int64_t i = 0; i < 30; ++i) {
        const Bytes image = pixels_of(*part, i);
        CHECK(image == Bytes(4, image[0]));
        CHECK(part->label(i) == image[0] / 8 % 3);
      }
    }
  }
}

TEST_CASE("formats: IDX files of several data sets in one folder are refused") {
  const TemporaryFolder folder("two-sets");
  for (const std::string name : {"a", "b"})
    folder.write(name + "-train-images-idx3-ubyte", make_idx({1, 1, 1}, Bytes{1}));
  check_error(folder, "put each data set into a folder of its own");
}

TEST_CASE("formats: CIFAR-10 and CIFAR-100 with their class names") {
  const TemporaryFolder folder("cifar");
  const auto records = [](size_t count, size_t label_bytes) {
    Bytes bytes;
    for (size_t i = 0; i < count; ++i) {
      for (size_t byte = 0; byte < label_bytes; ++byte)
        bytes.push_back(static_cast<uint8_t>((i + byte) % 2));
      bytes.insert(bytes.end(), 3072, static_cast<uint8_t>(i));
    }
    return bytes;
  };
  folder.write("10/data_batch_1.bin", records(3, 1));
  folder.write("10/data_batch_2.bin", records(2, 1));
  folder.write("10/test_batch.bin", records(2, 1));
  const fs::path ten = folder.path() / "10";
  const auto open_ten = [&] { return open_files(open_folder(ten), {.name = "ten"}); };
  CHECK_THROWS_MATCHES(open_ten(), Error,
                       MessageMatches(ContainsSubstring("expected a file batches.meta.txt")));
  folder.write("10/batches.meta.txt", Bytes{'c', 'a', 't', '\r', '\n', 'd', 'o', 'g', '\n', '\n'});
  const DatasetSplits splits = open_ten();
  CHECK(splits.train->class_names() == std::vector<std::string>{"cat", "dog"});
  CHECK(splits.train->size() == 5);
  CHECK(splits.test->label(1) == 1);
  CHECK(pixels_of(*splits.test, 1) == Bytes(3072, 1));
  CHECK(splits.train->image_shape() == Shape{32, 32, 3});

  folder.write("100/train.bin", records(2, 2));
  const fs::path hundred = folder.path() / "100";
  FormatOptions options{.name = "hundred", .class_names = {"a", "b"}};
  CHECK_THROWS_MATCHES(
      open_files(open_folder(hundred), options), Error,
      MessageMatches(ContainsSubstring("no test images; expected test_batch.bin")));
  folder.write("100/test.bin", records(1, 2));
  CHECK(open_files(open_folder(hundred), options).test->label(0) == 1);
  options.cifar_labels = CifarLabels::coarse;
  CHECK(open_files(open_folder(hundred), options).test->label(0) == 0);
}

TEST_CASE("catalog: an archive is opened where it lies, a folder under its own name") {
  const TemporaryFolder folder("archive");
  for (const char* part : {"train", "val"}) {
    for (const std::string& name : find_entry("imagenette-160").class_folders)
      folder.write(fs::path("imagenette2-160") / part / name / "1.png", grey_png(9));
  }
  const DatasetSplits splits = load_dataset("imagenette-160", folder.path());
  CHECK(splits.train->class_names()[0] == "tench");
  CHECK(splits.train->image_shape() == Shape{160, 160, 3});
  CHECK(splits.test->size() == 10);
  CHECK_THROWS_MATCHES(
      load_dataset("imagewoof-160", folder.path()), Error,
      MessageMatches(ContainsSubstring("the folder imagewoof2-160 or imagewoof2-160.tgz in:")));
}

TEST_CASE("catalog: one IDX file stands for those that belong to it by their names") {
  const TemporaryFolder folder("idx-file");
  const auto path = [&](const char* name) { return (folder.path() / name).string(); };
  const Bytes images = make_idx({3, 2, 2}, Bytes(12, 7));
  const Bytes labels = make_idx({3}, Bytes{0, 1, 1});
  for (const char* set : {"", "letters-", "Other_"}) {
    folder.write(fmt::format("{}train-images-idx3-ubyte", set), images);
    folder.write(fmt::format("{}train-labels-idx1-ubyte.gz", set), gzip(labels));
  }
  folder.write("letters-t10k-images.idx3-ubyte", make_idx({1, 2, 2}, Bytes(4, 7)));
  folder.write("letters-t10k-labels.idx1-ubyte", make_idx({1}, Bytes{1}));
  folder.write("README", images);
  const DatasetSplits letters = load_dataset(path("letters-train-images-idx3-ubyte"));
  CHECK(find_dataset_files(path("letters-train-images-idx3-ubyte"), {}).size() == 4);
  CHECK(find_dataset_files(path("README"), {}) == std::vector<fs::path>{path("README")});
  CHECK(letters.train->size() == 3);
  CHECK(letters.test->size() == 1);
  const DatasetSplits plain = load_dataset(path("train-labels-idx1-ubyte.gz"));
  CHECK(plain.train->size() + plain.test->size() == 3);
  CHECK_THROWS_MATCHES(load_dataset(path("README")), Error,
                       MessageMatches(ContainsSubstring("its name does not say what it is")));
  fs::remove(path("Other_train-labels-idx1-ubyte.gz"));
  CHECK_THROWS_MATCHES(
      load_dataset(path("Other_train-images-idx3-ubyte")), Error,
      MessageMatches(ContainsSubstring("expected it beside it, such as Other_train-labels-idx1-")));
}

TEST_CASE("catalog: a path is one by its slash or because it exists") {
  const TemporaryFolder folder("path");
  CHECK(is_data_path(folder.path().string()));
  CHECK(is_data_path("./photos"));
  CHECK_FALSE(is_data_path("mnist"));
  CHECK_FALSE(is_data_path("photos-that-do-not-exist"));
  CHECK_THROWS_MATCHES(load_dataset("./photos-that-do-not-exist"), Error,
                       MessageMatches(ContainsSubstring("no such file or folder")));
  folder.write("photos/a.txt", Bytes{});
  CHECK_THROWS_MATCHES(load_dataset((folder.path() / "photo").string()), Error,
                       MessageMatches(ContainsSubstring("(did you mean 'photos'?)")));
}

TEST_CASE("catalog: every entry has a format, a licence and the names that its format needs") {
  for (const CatalogEntry& entry : catalog()) {
    INFO(entry.name);
    CHECK_NOTHROW(find_format(entry.format));
    CHECK_FALSE(entry.licence.empty());
    CHECK_FALSE(entry.get.empty());
    CHECK(entry.class_names.size() >= 10);
    if (entry.format == image_folder_format.name)
      CHECK(entry.class_folders.size() == entry.class_names.size());
    if (!entry.files_of.empty()) CHECK_NOTHROW(find_entry(entry.files_of));
  }
}

TEST_CASE("selected: the first images of each class; an index that is not there is refused") {
  const auto data = make_synthetic_split(20, {4, 4, 1}, 4, 1);
  const auto some = first_of_each_class(data, 2);
  CHECK(count_labels(*some) == std::vector<int64_t>{2, 2, 2, 2});
  CHECK(pixels_of(*some, 5) == pixels_of(*data, 5));
  CHECK(some->image_name(5) == data->image_name(5));
  CHECK(some->fingerprint() != first_of_each_class(data, 1)->fingerprint());
  CHECK(select(data, {})->size() == 0);
  CHECK_THROWS_MATCHES(select(data, {20}), Error,
                       MessageMatches(ContainsSubstring("has no image 20; 20 have arrived")));
}

}  // namespace convlab
