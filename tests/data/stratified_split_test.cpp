#include "data/stratified_split.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "core/random.h"
#include "data/memory_dataset.h"

namespace convlab {
namespace {

/// Returns a data set of one-pixel images with these labels; classes are 0 to 3.
MemoryDataset labelled(const std::vector<uint8_t>& labels, uint8_t pixel = 0) {
  const auto size = static_cast<int64_t>(labels.size());
  MemoryDataset dataset("labels", {1, 1, 1}, {"a", "b", "c", "d"}, size);
  dataset.append(std::vector<uint8_t>(labels.size(), pixel), labels, "test");
  return dataset;
}

/// Labels with the given numbers of images per class, in random order.
std::vector<uint8_t> mixed(const std::vector<int>& counts) {
  std::vector<uint8_t> labels;
  for (size_t label = 0; label < counts.size(); ++label)
    labels.insert(labels.end(), static_cast<size_t>(counts[label]), static_cast<uint8_t>(label));
  Random(1, 0).shuffle(std::span(labels));
  return labels;
}

std::vector<int64_t> indices(const Subset& subset) {
  std::vector<int64_t> result;
  for (int64_t i = 0; i < subset.size(); ++i) result.push_back(subset.index(i));
  return result;
}

std::vector<int> counts(const Subset& subset) {
  std::vector<int> result(4);
  for (const int64_t index : indices(subset)) ++result[subset.dataset().label(index)];
  return result;
}

}  // namespace

TEST_CASE("split: each class gives its share, the largest remainders one image more") {
  // 0.25 of 100: the shares are 12.5, 7.75, 4.5 and 0.25 of 25. Two images are left over after
  // rounding down to 12, 7, 4, 0; they go to .75 and to the first .5.
  const MemoryDataset dataset = labelled(mixed({50, 31, 18, 1}));
  const TrainValidation split = stratified_split(dataset, 0.25, 1);
  CHECK(counts(split.validation) == std::vector<int>{13, 8, 4, 0});
  CHECK(counts(split.train) == std::vector<int>{37, 23, 14, 1});
}

TEST_CASE("split: a class keeps an image to train on as long as others have more") {
  // 0.5 of 9: the largest remainders are those of the three classes with one image.
  const MemoryDataset singles = labelled(mixed({6, 1, 1, 1}));
  const TrainValidation split = stratified_split(singles, 0.5, 1);
  CHECK(counts(split.validation) == std::vector<int>{5, 0, 0, 0});  // 4.5 rounded
  CHECK(counts(split.train) == std::vector<int>{1, 1, 1, 1});
}

TEST_CASE("split: where nothing else is left, classes give their only image") {
  const MemoryDataset dataset = labelled(mixed({1, 1, 1, 1}));
  for (const uint64_t seed : {1, 2}) {
    const TrainValidation split = stratified_split(dataset, 0.25, seed);
    CHECK(counts(split.validation) == std::vector<int>{1, 0, 0, 0});
    CHECK(counts(split.train) == std::vector<int>{0, 1, 1, 1});
  }
  // 0.75 of 8 is one more than leaves an image of each class: 3, 1 and 1, and of the largest
  // remainders the first.
  const MemoryDataset pairs = labelled(mixed({4, 2, 2}));
  CHECK(counts(stratified_split(pairs, 0.75, 1).train) == std::vector<int>{1, 0, 1, 0});
}

TEST_CASE("split: the parts are disjoint, complete and in the order of the data set") {
  const MemoryDataset dataset = labelled(mixed({40, 40, 30, 13}));
  const TrainValidation split = stratified_split(dataset, 0.2, 5);
  std::vector<int64_t> all = indices(split.train);
  CHECK(std::is_sorted(all.begin(), all.end()));
  const std::vector<int64_t> validation = indices(split.validation);
  CHECK(std::is_sorted(validation.begin(), validation.end()));
  CHECK(validation.size() == 25);  // 24.6 rounded
  all.insert(all.end(), validation.begin(), validation.end());
  std::sort(all.begin(), all.end());
  for (size_t i = 0; i < all.size(); ++i) CHECK(all[i] == static_cast<int64_t>(i));
  CHECK(all.size() == 123);
}

// The indices are golden numbers, which hold natively and as WebAssembly.
TEST_CASE("split: it is a function of labels, seed and fraction alone") {
  std::vector<uint8_t> labels;
  for (uint8_t i = 0; i < 20; ++i) labels.push_back(i % 2);
  const auto validation = [&](double fraction, uint64_t seed, uint8_t pixel) {
    return indices(stratified_split(labelled(labels, pixel), fraction, seed).validation);
  };
  CHECK(validation(0.3, 1, 0) == std::vector<int64_t>{1, 2, 5, 6, 10, 15});
  CHECK(validation(0.3, 1, 0) == validation(0.3, 1, 200));
  CHECK(validation(0.3, 1, 0) != validation(0.3, 2, 0));
  // The random choice is not that of the last images, as in Keras, nor of the first ones.
  CHECK(validation(0.3, 1, 0) != std::vector<int64_t>{14, 15, 16, 17, 18, 19});
}

TEST_CASE("split: while images are to arrive, only the sizes are known") {
  const MemoryDataset dataset("labels", {1, 1, 1}, {"a", "b"}, 40);
  const TrainValidation split = stratified_split(dataset, 0.25, 1);
  CHECK(split.train.size() == 30);
  CHECK(split.validation.size() == 10);
  CHECK_FALSE(split.train.available(0));
  CHECK_FALSE(split.validation.available(0));
}

TEST_CASE("split: an empty part is refused") {
  const MemoryDataset dataset = labelled(mixed({5, 5}));
  CHECK(stratified_split(dataset, 0.05, 1).validation.size() == 1);  // a half is rounded up
  const auto refused = [&](double fraction, const std::string& message) {
    CHECK_THROWS_WITH(stratified_split(dataset, fraction, 1),
                      Catch::Matchers::ContainsSubstring(message));
  };
  refused(0.04, "a validation split of 0.04 of 10 training images sets 0 aside");
  refused(0.96, "sets 10 aside; expected at least 1 for validation and 1 for training");
  CHECK_THROWS_AS(stratified_split(labelled({}), 0.5, 1), Error);
}

}  // namespace convlab
