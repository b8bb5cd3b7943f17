#include "data/stratified_split.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "core/counted.h"
#include "core/error.h"
#include "core/random.h"

namespace convlab {

namespace {

using Indices = std::vector<int64_t>;

std::vector<Indices> by_class(const Dataset& dataset) {
  std::vector<Indices> classes(static_cast<size_t>(dataset.classes()));
  for (int64_t i = 0; i < dataset.size(); ++i)
    classes[static_cast<size_t>(dataset.label(i))].push_back(i);
  return classes;
}

/// Distributes `count` over the classes in proportion to their sizes, by largest remainder; a class
/// keeps an image as long as others have more than one.
std::vector<uint64_t> shares(const std::vector<Indices>& classes, uint64_t count, uint64_t size) {
  std::vector<uint64_t> result;
  std::vector<uint64_t> remainders;
  for (const Indices& images : classes) {
    result.push_back(images.size() * count / size);
    remainders.push_back(images.size() * count % size);
  }
  std::vector<size_t> order(classes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return remainders[a] > remainders[b]; });
  uint64_t left = count - std::accumulate(result.begin(), result.end(), uint64_t{0});
  for (const uint64_t kept : {uint64_t{1}, uint64_t{0}}) {
    // More than one round where classes that may not give leave their images to others.
    for (bool gives = true; left > 0 && gives;) {
      gives = false;
      for (const size_t label : order) {
        if (left == 0 || result[label] + kept >= classes[label].size()) continue;
        ++result[label];
        --left;
        gives = true;
      }
    }
  }
  return result;
}

}  // namespace

int64_t validation_count(int64_t size, double fraction) {
  return std::llround(fraction * static_cast<double>(size));
}

TrainValidation stratified_split(const Dataset& dataset, double fraction, uint64_t seed) {
  const int64_t count = validation_count(dataset.size(), fraction);
  if (count < 1 || count >= dataset.size()) {
    fail(
        "[split] a validation split of {} of {} sets {} aside; expected at least 1 for validation "
        "and 1 for training",
        fraction, counted(dataset.size(), "training image"), count);
  }
  if (!dataset.complete()) {
    return {Subset::pending(dataset, dataset.size() - count), Subset::pending(dataset, count)};
  }
  std::vector<Indices> classes = by_class(dataset);
  const std::vector<uint64_t> taken =
      shares(classes, static_cast<uint64_t>(count), static_cast<uint64_t>(dataset.size()));
  Indices train;
  Indices validation;
  for (size_t label = 0; label < classes.size(); ++label) {
    const std::span<int64_t> images(classes[label]);
    Random(seed, stream_id(RandomStream::split, label)).shuffle(images);
    const auto share = static_cast<size_t>(taken[label]);
    const auto chosen = images.first(share);
    const auto rest = images.subspan(share);
    validation.insert(validation.end(), chosen.begin(), chosen.end());
    train.insert(train.end(), rest.begin(), rest.end());
  }
  std::sort(train.begin(), train.end());
  std::sort(validation.begin(), validation.end());
  return {Subset(dataset, std::move(train)), Subset(dataset, std::move(validation))};
}

}  // namespace convlab
