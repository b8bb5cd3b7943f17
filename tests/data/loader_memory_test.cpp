#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

#include "allocations.h"
#include "core/random.h"
#include "data/encoded_dataset.h"
#include "data/image_files.h"
#include "data/loader.h"
#include "data/worker_pool.h"

namespace convlab {
namespace {

constexpr uint64_t megabyte = 1'000'000;
constexpr int64_t batch_images = 32;
#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)  // threads are available
constexpr int64_t most_workers = 4;
#else
constexpr int64_t most_workers = 0;
#endif

/// A PNG of noise in 16 shades, which takes about as much as a JPEG of good quality: half a byte
/// per value.
Bytes noise_png(uint32_t height, uint32_t width, uint64_t seed) {
  Random random(seed, 0);
  Bytes rows;
  for (uint32_t y = 0; y < height; ++y) {
    rows.push_back(0);
    for (uint32_t x = 0; x < 3 * width; ++x)
      rows.push_back(static_cast<uint8_t>(16 * random.below(16)));
  }
  return make_png({height, width, PngColor::rgb}, rows);
}

/// Reads one of a few files whatever is asked for, so that a data set of any size is quickly made.
class RepeatedFiles : public FileSet {
 public:
  RepeatedFiles(int64_t size, bool reads_on_any_thread)
      : FileSet("photos", "photos/"), reads_on_any_thread_(reads_on_any_thread) {
    for (uint64_t i = 0; i < 2; ++i) {
      files_.push_back(noise_png(224, 224, i));
      files_.push_back(noise_png(375, 500, i));
    }
    std::vector<FileEntry> entries;
    for (int64_t i = 0; i < size; ++i) entries.push_back({std::to_string(i) + ".png", 1});
    set_files(std::move(entries));
  }
  bool reads_on_any_thread() const override { return reads_on_any_thread_; }
  std::vector<uint8_t> read(size_t index, uint64_t) const override {
    return files_[index % files_.size()];
  }

 private:
  bool reads_on_any_thread_;
  std::vector<Bytes> files_;
};

/// Returns the most bytes that a loader holds between two batches, of as many as are needed for all
/// its memory to be in use.
uint64_t most_bytes(int64_t images, bool reads_on_any_thread) {
  std::vector<EncodedDataset::Item> items(static_cast<size_t>(images));
  for (size_t i = 0; i < items.size(); ++i) items[i].file = static_cast<uint32_t>(i);
  const EncodedDataset dataset("photos", {224, 224, 3}, {"a"},
                               std::make_shared<RepeatedFiles>(images, reads_on_any_thread), items);
  const uint64_t before = held_bytes();
  Loader loader(dataset, {.batch = batch_images, .workers = make_workers(most_workers)});
  uint64_t most = 0;
  Batch batch;
  for (int i = 0; i < 6 && loader.next(batch); ++i) most = std::max(most, held_bytes() - before);
  CHECK(batch.size() == batch_images);
  return most;
}

}  // namespace

TEST_CASE("loader: its memory does not depend on the size of the data set", "[no-sanitizer]") {
  for (const bool reads_on_any_thread : {true, false}) {
    const uint64_t few = most_bytes(8 * batch_images, reads_on_any_thread);
    const uint64_t many = most_bytes(80 * batch_images, reads_on_any_thread);
    // A batch takes 4.8 MB: that of the caller and, with workers, four in the queue and one spare.
    CHECK(few > 4 * megabyte);
    CHECK(few < 150 * megabyte);
    CHECK(many < 150 * megabyte);
    // The order of the images takes 8 bytes for each of the 2,304 more.
    CHECK(many < few + few / 2);
  }
}

}  // namespace convlab
