#include "data/inspection.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "core/error.h"
#include "data/fingerprint.h"
#include "data/pixel_sums.h"
#include "data/resize.h"
#include "data/worker_pool.h"

namespace convlab {

namespace {

// A block ends when its pixels, in the shape of the data set, reach this size.
constexpr size_t max_block_bytes = size_t{8} << 20U;
constexpr size_t max_block_images = 256;
// Decoding a file takes so long that each is worth a turn of a thread; looking at pixels is not.
constexpr size_t chunk_of_pixels = 32;

/// What is found out about one stored image.
struct ImageFacts {
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  uint8_t min = 0;
  uint8_t max = 0;
  uint64_t hash = 0;
};

ImageFacts facts_of(const ImageView& image) {
  const std::array<int64_t, 3> size{image.height, image.width, image.channels};
  const auto* size_bytes = reinterpret_cast<const uint8_t*>(size.data());
  const auto [min, max] = std::minmax_element(image.pixels.begin(), image.pixels.end());
  return {.height = image.height,
          .width = image.width,
          .channels = image.channels,
          .min = *min,
          .max = *max,
          .hash = hash_bytes(image.pixels, hash_bytes({size_bytes, sizeof(size)}, 0))};
}

/// Some images of one part, with their facts, and their pixels in the shape of the data set if
/// these are wanted.
struct Block {
  std::unique_ptr<PendingBatch> batch;
  std::shared_ptr<std::vector<ImageFacts>> facts;
};

/// Reads the images of a data set in order, block by block; threads decode a few blocks ahead.
class BlockReader {
 public:
  BlockReader(const Dataset& dataset, int64_t workers, bool wants_pixels)
      : dataset_(dataset),
        wants_pixels_(wants_pixels),
        blocks_ahead_(static_cast<size_t>(workers) + 1) {
    const auto bytes = static_cast<size_t>(dataset.image_shape().elements());
    block_images_ = std::clamp<size_t>(max_block_bytes / bytes, 1, max_block_images);
    if (workers > 0 && dataset.reads_on_any_thread()) {
      queue_ = std::make_unique<BatchQueue>(make_workers(workers),
                                            dataset.has_common_size() ? chunk_of_pixels : 1);
    }
  }

  /// Fills `block` and returns true, or returns false after the last image.
  bool next(Block& block) {
    while (ahead_.size() < blocks_ahead_ && begun_ < dataset_.size()) begin();
    if (ahead_.empty()) return false;
    block = std::move(ahead_.front());
    ahead_.pop_front();
    if (queue_) {
      while (!queue_->help(memory_)) continue;
      block.batch = queue_->take();
    } else {
      for (size_t i = 0; i < block.batch->size(); ++i) block.batch->load(*block.batch, i, memory_);
    }
    return true;
  }

 private:
  void begin() {
    auto pending = std::make_unique<PendingBatch>();
    while (begun_ < dataset_.size() && pending->size() < block_images_)
      pending->batch.indices.push_back(begun_++);
    const size_t size = pending->size();
    if (wants_pixels_) {
      pending->batch.images.resize(size * static_cast<size_t>(dataset_.image_shape().elements()));
    }
    pending->failures.resize(size);
    pending->released = size;
    auto facts = std::make_shared<std::vector<ImageFacts>>(size);
    pending->load = [this, facts](PendingBatch& self, size_t at, DecodeMemory& memory) {
      load(self, at, memory, (*facts)[at]);
    };
    if (queue_) {
      queue_->add(std::move(pending));
      ahead_.push_back({nullptr, std::move(facts)});
    } else {
      ahead_.push_back({std::move(pending), std::move(facts)});
    }
  }

  void load(PendingBatch& pending, size_t at, DecodeMemory& memory, ImageFacts& facts) const {
    const int64_t index = pending.batch.indices[at];
    try {
      const std::span<const uint8_t> stored = dataset_.fetch(index, memory.stored);
      const ImageView image = dataset_.decode(index, stored, memory.decoded);
      facts = facts_of(image);
      if (!wants_pixels_) return;
      const Shape& shape = dataset_.image_shape();
      const auto bytes = static_cast<size_t>(shape.elements());
      fit_image_into(image, shape, dataset_.resize_mode(),
                     std::span(pending.batch.images).subspan(at * bytes, bytes));
    } catch (const Error& error) {
      pending.failures[at] = error.what();
    }
  }

  const Dataset& dataset_;
  const bool wants_pixels_;
  const size_t blocks_ahead_;  // large files have blocks of one image: one for each thread
  size_t block_images_ = 1;
  int64_t begun_ = 0;
  std::deque<Block> ahead_;
  DecodeMemory memory_;                // for images that this thread loads
  std::unique_ptr<BatchQueue> queue_;  // declared last: it uses all of the above
};

/// Hash and index of each readable image.
using Hashes = std::vector<std::pair<uint64_t, int64_t>>;

class Inspector {
 public:
  Inspector(const DatasetSplits& splits, int64_t workers, const InspectionProgress& progress)
      : workers_(workers),
        progress_(progress),
        total_(splits.train->size() + splits.test->size()),
        sums_(splits.train->image_shape()) {
    Hashes train = read(*splits.train, result_.train, true);
    std::sort(train.begin(), train.end());
    const Hashes test = read(*splits.test, result_.test, false);
    find_within(train);
    find_among(train, test);
  }

  Inspection finish() {
    finish_statistics();
    for (const auto& [size, images] : sizes_)
      result_.sizes.push_back({size.first, size.second, images});
    std::stable_sort(result_.sizes.begin(), result_.sizes.end(),
                     [](const StoredSize& a, const StoredSize& b) {
                       return a.height * a.width < b.height * b.width;
                     });
    return std::move(result_);
  }

 private:
  void finish_statistics() {
    if (sums_.images() == 0) return;
    constexpr double white = 255;
    const ChannelStatistics channels = sums_.statistics();
    for (size_t c = 0; c < channels.mean.size(); ++c) {
      result_.mean.push_back(channels.mean[c] / white);
      result_.deviation.push_back(channels.deviation[c] / white);
    }
    result_.mean_image = sums_.mean_image();
  }

  Hashes read(const Dataset& dataset, PartInspection& part, bool is_train) {
    if (!dataset.complete()) {
      fail("[inspect] {} of {} images of {} have arrived; expected all", dataset.available(),
           dataset.size(), dataset.name());
    }
    part.images_per_class.resize(static_cast<size_t>(dataset.classes()));
    Hashes hashes;
    BlockReader reader(dataset, workers_, is_train);
    for (Block block; reader.next(block);) {
      for (size_t i = 0; i < block.batch->size(); ++i) {
        const int64_t index = block.batch->batch.indices[i];
        ++part.images_per_class[static_cast<size_t>(dataset.label(index))];
        if (!block.batch->failures[i].empty()) {
          part.unreadable.push_back({index, block.batch->failures[i]});
          continue;
        }
        const ImageFacts& facts = (*block.facts)[i];
        hashes.emplace_back(facts.hash, index);
        count(facts);
        if (!is_train) continue;
        const auto bytes = static_cast<size_t>(dataset.image_shape().elements());
        sums_.add(std::span(block.batch->batch.images).subspan(i * bytes, bytes));
      }
      done_ += static_cast<int64_t>(block.batch->size());
      if (progress_) progress_(done_, total_);
    }
    return hashes;
  }

  void count(const ImageFacts& facts) {
    ++sizes_[{facts.height, facts.width}];
    ++(facts.channels == 1 ? result_.grey : result_.color);
    result_.min = std::min(result_.min, facts.min);
    result_.max = std::max(result_.max, facts.max);
  }

  /// `train` is sorted, so the first of several equal images comes first.
  void find_within(const Hashes& train) {
    auto& duplicates = result_.train.duplicates;
    size_t original = 0;
    for (size_t i = 1; i < train.size(); ++i) {
      if (train[i].first == train[original].first) {
        duplicates.push_back({.index = train[i].second, .original = train[original].second});
      } else {
        original = i;
      }
    }
    std::sort(duplicates.begin(), duplicates.end(),
              [](const auto& a, const auto& b) { return a.index < b.index; });
  }

  void find_among(const Hashes& train, const Hashes& test) {
    for (const auto& [hash, index] : test) {
      const auto found = std::lower_bound(train.begin(), train.end(), std::pair(hash, int64_t{0}));
      if (found != train.end() && found->first == hash)
        result_.test.duplicates.push_back({.index = index, .original = found->second});
    }
  }

  const int64_t workers_;
  const InspectionProgress& progress_;
  const int64_t total_;
  int64_t done_ = 0;
  Inspection result_;
  PixelSums sums_;
  std::map<std::pair<int64_t, int64_t>, int64_t> sizes_;  // (height, width) and images
};

}  // namespace

Inspection inspect(const DatasetSplits& splits, int64_t workers,
                   const InspectionProgress& progress) {
  return Inspector(splits, workers, progress).finish();
}

double class_imbalance(const std::vector<int64_t>& images_per_class) {
  int64_t smallest = 0;
  int64_t largest = 0;
  for (const int64_t images : images_per_class) {
    if (images > 0 && (smallest == 0 || images < smallest)) smallest = images;
    largest = std::max(largest, images);
  }
  return smallest == 0 ? 1 : static_cast<double>(largest) / static_cast<double>(smallest);
}

}  // namespace convlab
