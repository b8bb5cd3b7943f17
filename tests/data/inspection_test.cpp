#include "data/inspection.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "core/error.h"
#include "data/encoded_dataset.h"
#include "data/formats/format.h"
#include "data/image_files.h"
#include "data/synthetic.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using Catch::Matchers::WithinAbs;

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)  // threads are available
const std::vector<int64_t> worker_counts{0, 1, 3};
#else
const std::vector<int64_t> worker_counts{0};
#endif

/// A PNG of one grey value.
Bytes grey_png(uint32_t height, uint32_t width, uint8_t value) {
  Bytes rows;
  for (uint32_t y = 0; y < height; ++y) {
    rows.push_back(0);
    rows.insert(rows.end(), width, value);
  }
  return make_png({height, width, PngColor::grey}, rows);
}

/// A PNG of 2 × 2 pixels of one colour.
Bytes color_png(uint8_t red, uint8_t green, uint8_t blue) {
  return make_png({2, 2, PngColor::rgb},
                  {0, red, green, blue, red, green, blue, 0, red, green, blue, red, green, blue});
}

DatasetSplits open(const TemporaryFolder& folder, const Shape& image) {
  return open_files(open_folder(folder.path()), {.name = "set", .image = image});
}

/// A data set of images of one pixel, of two classes by turns.
std::shared_ptr<const MemoryDataset> of_values(const Bytes& values) {
  auto dataset = std::make_shared<MemoryDataset>("values", Shape{1, 1, 1},
                                                 std::vector<std::string>{"even", "odd"},
                                                 static_cast<int64_t>(values.size()));
  Bytes labels;
  for (size_t i = 0; i < values.size(); ++i) labels.push_back(static_cast<uint8_t>(i % 2));
  dataset->append(values, labels, "test");
  return dataset;
}

/// Images in files of 3 MiB, which are counted between reading and decoding.
class LargeFiles : public Dataset {
 public:
  LargeFiles() : Dataset("large", {1, 1, 1}, {"a"}, 20) {}
  bool has_common_size() const override { return false; }
  int64_t available() const override { return size(); }
  uint64_t fingerprint() const override { return 0; }
  int32_t label(int64_t) const override { return 0; }
  std::span<const uint8_t> fetch(int64_t, std::vector<uint8_t>& buffer) const override {
    buffer.assign(size_t{3} << 20U, 0);
    most_ = std::max(most_, ++waiting_);
    return buffer;
  }
  ImageView decode(int64_t, std::span<const uint8_t>, DecodedImage& buffer) const override {
    --waiting_;
    buffer = {1, 1, 1, {7}};
    return buffer;
  }
  int most() const { return most_; }

 private:
  mutable int waiting_ = 0;
  mutable int most_ = 0;
};

void check_duplicates(const std::vector<DuplicateImage>& found,
                      const std::vector<std::pair<int64_t, int64_t>>& expected) {
  std::vector<std::pair<int64_t, int64_t>> pairs;
  for (const DuplicateImage& image : found) pairs.emplace_back(image.index, image.original);
  CHECK(pairs == expected);
}

}  // namespace

TEST_CASE("inspection: sizes, channels, classes and statistics of a folder of images") {
  const TemporaryFolder folder("inspection");
  folder.write("train/cat/1.png", grey_png(2, 2, 40));
  folder.write("train/cat/2.png", grey_png(6, 4, 40));
  folder.write("train/dog/1.png", color_png(40, 100, 10));
  folder.write("val/dog/2.png", grey_png(4, 6, 250));
  folder.write("val/dog/3.png", grey_png(4, 6, 5));
  const Inspection result = inspect(open(folder, {2, 2, 3}), 0);

  CHECK(result.train.images_per_class == std::vector<int64_t>{2, 1});
  CHECK(result.test.images_per_class == std::vector<int64_t>{0, 2});
  REQUIRE(result.sizes.size() == 3);
  const StoredSize& smallest = result.sizes[0];
  CHECK(std::tuple(smallest.height, smallest.width, smallest.images) == std::tuple(2, 2, 2));
  CHECK(result.sizes[1].images + result.sizes[2].images == 3);  // 4 × 6 and 6 × 4 in any order
  CHECK(result.grey == 4);
  CHECK(result.color == 1);
  CHECK(result.min == 5);
  CHECK(result.max == 250);

  // Training images alone: red 40, 40, 40; green 40, 40, 100; blue 40, 40, 10.
  REQUIRE(result.mean.size() == 3);
  CHECK_THAT(result.mean[0], WithinAbs(40.0 / 255, 1e-12));
  CHECK_THAT(result.mean[1], WithinAbs(60.0 / 255, 1e-12));
  CHECK_THAT(result.mean[2], WithinAbs(30.0 / 255, 1e-12));
  REQUIRE(result.deviation.size() == 3);
  CHECK_THAT(result.deviation[0], WithinAbs(0, 1e-12));
  CHECK_THAT(result.deviation[1], WithinAbs(std::sqrt(800.0) / 255, 1e-12));
  CHECK_THAT(result.deviation[2], WithinAbs(std::sqrt(200.0) / 255, 1e-12));
  CHECK(result.mean_image == Bytes{40, 60, 30, 40, 60, 30, 40, 60, 30, 40, 60, 30});
}

TEST_CASE("inspection: the mean image is rounded to the nearest value") {
  // 10 + 11 + 11 = 32: 10.67.
  const Inspection result = inspect({of_values({10, 11, 11}), of_values({})}, 0);
  CHECK(result.mean_image == Bytes{11});
}

TEST_CASE("inspection: duplicates within the training images and between the parts") {
  for (const int64_t workers : worker_counts) {
    const Inspection result =
        inspect({of_values({1, 2, 1, 3, 1, 2}), of_values({2, 4, 1, 4})}, workers);
    check_duplicates(result.train.duplicates, {{2, 0}, {4, 0}, {5, 1}});
    check_duplicates(result.test.duplicates, {{0, 1}, {2, 0}});
  }
}

TEST_CASE("inspection: images of other sizes or channels are no duplicates") {
  const TemporaryFolder folder("inspection-sizes");
  folder.write("train/a/1.png", grey_png(2, 6, 9));
  folder.write("train/a/2.png", grey_png(6, 2, 9));
  folder.write("train/b/3.png", color_png(9, 9, 9));  // as many bytes
  folder.write("val/a/4.png", grey_png(3, 4, 9));
  folder.write("val/a/5.png", grey_png(6, 2, 9));
  const DatasetSplits splits = open(folder, {2, 2, 1});
  const Inspection result = inspect(splits, 0);
  CHECK(result.train.duplicates.empty());
  REQUIRE(result.test.duplicates.size() == 1);
  CHECK(splits.test->image_name(result.test.duplicates[0].index).ends_with("5.png"));
  CHECK(splits.train->image_name(result.test.duplicates[0].original).ends_with("2.png"));
}

TEST_CASE("inspection: unreadable images are listed and left out of everything else") {
  const TemporaryFolder folder("inspection-damage");
  folder.write("train/a/1.png", grey_png(2, 2, 10));
  folder.write("train/a/2.png", Bytes{1, 2, 3});
  folder.write("train/b/3.png", grey_png(2, 2, 30));
  folder.write("val/b/4.png", grey_png(2, 2, 200));
  folder.write("val/b/5.png", {});
  const DatasetSplits splits = open(folder, {2, 2, 1});
  for (const int64_t workers : worker_counts) {
    const Inspection result = inspect(splits, workers);
    REQUIRE(result.train.unreadable.size() == 1);
    CHECK(splits.train->image_name(result.train.unreadable[0].index).ends_with("a/2.png"));
    CHECK_THAT(result.train.unreadable[0].reason, ContainsSubstring("a/2.png is no PNG, JPEG"));
    REQUIRE(result.test.unreadable.size() == 1);
    CHECK_THAT(result.test.unreadable[0].reason, ContainsSubstring("b/5.png"));
    CHECK(result.train.images_per_class == std::vector<int64_t>{2, 1});
    CHECK(result.grey == 3);
    CHECK(result.mean_image == Bytes{20, 20, 20, 20});
  }
}

TEST_CASE("inspection: without a readable training image there are no statistics") {
  const TemporaryFolder folder("inspection-none");
  folder.write("1.png", Bytes{1, 2, 3});
  const auto damaged = std::make_shared<const EncodedDataset>(
      "damaged", Shape{2, 2, 1}, std::vector<std::string>{"a"}, open_folder(folder.path()),
      std::vector<EncodedDataset::Item>{{0, 0}});
  const Inspection result = inspect({damaged, damaged}, 0);
  CHECK(result.train.unreadable.size() == 1);
  CHECK(result.sizes.empty());
  CHECK(result.mean.empty());
  CHECK(result.mean_image.empty());
}

TEST_CASE("inspection: threads and blocks make no difference; progress reaches the end") {
  // 600 images are three blocks.
  const auto images = make_synthetic_split(600, {8, 8, 1}, 7, 1);
  std::vector<std::pair<int64_t, int64_t>> all;
  for (int64_t i = 0; i < 600; ++i) all.emplace_back(i, i);
  const Inspection expected = inspect({images, images}, 0);
  for (const int64_t workers : worker_counts) {
    int64_t done = 0;
    int calls = 0;
    const Inspection result = inspect({images, images}, workers, [&](int64_t now, int64_t total) {
      CHECK(now > done);
      CHECK(total == 1200);
      done = now;
      ++calls;
    });
    CHECK(done == 1200);
    CHECK(calls == 6);
    CHECK(result.mean == expected.mean);
    CHECK(result.deviation == expected.deviation);
    CHECK(result.mean_image == expected.mean_image);
    CHECK(result.train.duplicates.empty());
    check_duplicates(result.test.duplicates, all);
  }
}

TEST_CASE("inspection: few large files are in memory at once") {
  const auto files = std::make_shared<const LargeFiles>();
  const Inspection result = inspect({files, files}, 0);
  CHECK(result.grey == 40);
  CHECK(files->most() == 1);  // read when it is decoded
}

TEST_CASE("inspection: images that have not arrived are an error") {
  auto waiting =
      std::make_shared<MemoryDataset>("waiting", Shape{1, 1, 1}, std::vector<std::string>{"a"}, 2);
  waiting->append(Bytes{1}, Bytes{0}, "test");
  CHECK_THROWS_MATCHES(
      inspect({waiting, of_values({1})}, 0), Error,
      MessageMatches(ContainsSubstring("[inspect] 1 of 2 images of waiting have arrived")));
}

TEST_CASE(
    "inspection: class imbalance compares the largest class with the smallest that is there") {
  CHECK(class_imbalance({5, 0, 20, 8}) == 4);
  CHECK(class_imbalance({3, 3}) == 1);
  CHECK(class_imbalance({0, 0}) == 1);
  CHECK(class_imbalance({}) == 1);
}

}  // namespace convlab
