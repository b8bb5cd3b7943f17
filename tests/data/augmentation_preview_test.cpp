#include "data/augmentation_preview.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/augment/augmentation.h"
#include "data/encoded_dataset.h"
#include "data/image_files.h"
#include "data/mix.h"
#include "data/synthetic.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

constexpr int64_t scale = 3;  // 28 pixels become 84; 56 would be fewer than 64
constexpr int64_t cell = 28 * scale + 4;

const Shape shape{28, 28, 3};

/// Returns the image in a cell of the grid, in its own size, after checking that each of its
/// pixels is a square of scale × scale.
Bytes image_at(const DecodedImage& grid, int64_t row, int64_t column) {
  const int64_t top = 4 + row * cell;
  const int64_t left = 4 + column * cell + (column > 0 ? 12 : 0);
  const auto pixel = [&](int64_t y, int64_t x) {
    const auto at = grid.pixels.begin() + ((top + y) * grid.width + left + x) * 3;
    return Bytes(at, at + 3);
  };
  Bytes image;
  bool squares = true;
  for (int64_t y = 0; y < 28; ++y) {
    for (int64_t x = 0; x < 28; ++x) {
      const Bytes value = pixel(y * scale, x * scale);
      add_bytes(image, value);
      squares = squares && value == pixel(y * scale + scale - 1, x * scale + scale - 1);
    }
  }
  CHECK(squares);
  return image;
}

std::vector<int32_t> labels_of(const Dataset& dataset, const AugmentationPreview& preview) {
  std::vector<int32_t> labels;
  for (const int64_t index : preview.indices) labels.push_back(dataset.label(index));
  return labels;
}

}  // namespace

TEST_CASE("augmentation preview: each epoch of each image is that of training with the seed") {
  const auto train = make_synthetic_split(40, shape, 10, 1);
  AugmentationOptions options;
  options.rotate = 20;
  options.noise = 30;
  const AugmentationPreview preview = preview_augmentation(*train, options, 5);
  CHECK(preview.grid.height == 8 * cell + 4);
  CHECK(preview.grid.width == 9 * cell + 4 + 12);
  CHECK(preview.grid.channels == 3);
  REQUIRE(preview.indices.size() == 8);
  const Augmentation augmentation(options);
  Augmentation::Scratch scratch;
  for (int64_t row = 0; row < 8; ++row) {
    const int64_t index = preview.indices[static_cast<size_t>(row)];
    const Bytes original = pixels_of(*train, index);
    CHECK(image_at(preview.grid, row, 0) == original);
    for (int64_t epoch = 0; epoch < 8; ++epoch) {
      Bytes expected = original;
      augmentation.apply(expected, shape, {.seed = 5, .epoch = epoch, .index = index}, scratch);
      CHECK(expected != original);
      CHECK(image_at(preview.grid, row, 1 + epoch) == expected);
    }
  }
}

TEST_CASE("augmentation preview: mixup mixes the images of the grid") {
  const auto train = make_synthetic_split(8, shape, 8, 1);
  AugmentationOptions options;
  options.mixup = 1;
  const AugmentationPreview preview = preview_augmentation(*train, options, 3);
  Batch batch;
  for (const int64_t index : preview.indices) {
    add_bytes(batch.images, pixels_of(*train, index));
    batch.labels.push_back(train->label(index));
    batch.indices.push_back(index);
  }
  mixup(batch, shape, 1, {.seed = 3, .epoch = 7, .batch = 0});
  const Bytes first(batch.images.begin(), batch.images.begin() + shape.elements());
  CHECK(first != pixels_of(*train, preview.indices[0]));
  CHECK(image_at(preview.grid, 0, 8) == first);
}

TEST_CASE("augmentation preview: the images are spread over the classes") {
  const auto ten = make_synthetic_split(40, {4, 4, 1}, 10, 1);
  CHECK(labels_of(*ten, preview_augmentation(*ten, {}, 1)) ==
        std::vector<int32_t>{0, 1, 2, 3, 5, 6, 7, 8});
  const auto three = make_synthetic_split(40, {4, 4, 1}, 3, 1);
  CHECK(labels_of(*three, preview_augmentation(*three, {}, 1)) ==
        std::vector<int32_t>{0, 0, 0, 1, 1, 1, 2, 2});
  // Classes 0, 1 and 2 have 2, 2 and 1 images: their places go to those that are left.
  const auto few = make_synthetic_split(5, {4, 4, 1}, 3, 1);
  const AugmentationPreview preview = preview_augmentation(*few, {}, 1);
  CHECK(labels_of(*few, preview) == std::vector<int32_t>{0, 0, 1, 1, 2});
  CHECK(preview.grid.height == 5 * (64 + 4) + 4);
}

TEST_CASE("augmentation preview: unreadable images are left out") {
  const TemporaryFolder folder("augmentation-preview");
  folder.write("1.png", Bytes{1, 2, 3});
  folder.write("2.png", make_png({1, 1, PngColor::grey}, {0, 77}));
  const auto files = open_folder(folder.path());
  const auto open = [&](std::vector<EncodedDataset::Item> items) {
    return EncodedDataset("set", {1, 1, 1}, {"a"}, files, std::move(items));
  };
  const AugmentationPreview preview = preview_augmentation(open({{0, 0}, {1, 0}}), {}, 1);
  CHECK(preview.indices == std::vector<int64_t>{1});
  CHECK_THROWS_MATCHES(
      preview_augmentation(open({{0, 0}}), {}, 1), Error,
      MessageMatches(ContainsSubstring("[preview] none of 1 training images of set can be read; "
                                       "the first: [image] ")));
}

TEST_CASE("augmentation preview: large images are refused") {
  const auto wide = make_synthetic_split(1, {1, 1025, 1}, 1, 1);
  CHECK_THROWS_MATCHES(
      preview_augmentation(*wide, {}, 1), Error,
      MessageMatches(ContainsSubstring("images of 1025×1 pixels; expected at most 1024 a side")));
}

}  // namespace convlab
