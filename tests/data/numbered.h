#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "data/loader.h"
#include "data/memory_dataset.h"

/// Data sets of numbered images, and what the tests of Loader do with them.
namespace convlab {

constexpr int64_t block = Loader::first_epoch_block;

/// Numbers of threads that decode.
#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)  // threads are available
inline const std::vector<int64_t> worker_counts{0, 1, 3};
#else
inline const std::vector<int64_t> worker_counts{0};
#endif

inline void arrive(MemoryDataset& dataset, int64_t count) {
  std::vector<uint8_t> pixels;
  std::vector<uint8_t> labels;
  for (int64_t i = dataset.available(), end = i + count; i < end; ++i) {
    pixels.push_back(static_cast<uint8_t>(i));
    labels.push_back(static_cast<uint8_t>(i % 7));
  }
  dataset.append(pixels, labels, "test");
}

/// Returns a data set of `size` images of one pixel, of which `here` have been appended.
inline MemoryDataset numbered(int64_t size, int64_t here) {
  MemoryDataset dataset("numbers", {1, 1, 1}, std::vector<std::string>(7, "class"), size);
  arrive(dataset, here);
  return dataset;
}

inline std::vector<int64_t> order_of(Loader& loader, int64_t epoch) {
  loader.start_epoch(epoch);
  std::vector<int64_t> order;
  for (Batch batch; loader.next(batch);) {
    order.insert(order.end(), batch.indices.begin(), batch.indices.end());
  }
  return order;
}

inline std::vector<int64_t> counting(int64_t count) {
  std::vector<int64_t> numbers(static_cast<size_t>(count));
  std::iota(numbers.begin(), numbers.end(), int64_t{0});
  return numbers;
}

inline std::vector<int64_t> sorted(std::vector<int64_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace convlab
