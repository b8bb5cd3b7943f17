#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/batch.h"
#include "data/subset.h"

namespace convlab {

class Prefetcher;

struct LoaderOptions {
  int64_t batch = 128;
  bool shuffle = true;
  uint64_t seed = 0;
  int64_t prefetch = 0;  ///< batches prepared ahead by a thread of the loader; 0: no thread
};

/// Splits a data set, or a part of it, into batches, epoch by epoch; the last batch of an epoch may
/// be smaller. The order depends only on (seed, epoch). The first epoch takes blocks of 2,048
/// images in their order of arrival, shuffled within each block, so that training can start when
/// the first block has arrived; later epochs shuffle all images.
class Loader {
 public:
  static constexpr int64_t first_epoch_block = 2048;

  /// The data set must outlive the loader and, with prefetch, be complete. Starts at epoch 0.
  /// Throws Error for a batch below 1, a negative prefetch, or prefetch of an incomplete data set.
  Loader(Subset images, const LoaderOptions& options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Starts epoch `epoch` (from 0) at batch `first_batch` (0 to batches_per_epoch) and discards
  /// prefetched batches. Throws Error for values out of range.
  void start_epoch(int64_t epoch, int64_t first_batch = 0);
  /// Sets the images of a pending subset (Subset::pending). Throws Error for another number of
  /// images, or with prefetch.
  void set_images(Subset images);
  int64_t batches_per_epoch() const;
  /// Number of batches of this epoch that `next` has returned.
  int64_t batches_done() const;
  /// Whether the images of the next batch have arrived; true at the end of the epoch.
  bool ready() const;
  /// Fills `batch`, reusing its memory, and returns true, or returns false at the end of the epoch.
  /// Throws Error unless ready(). With prefetch, waits for the thread and rethrows its exceptions.
  bool next(Batch& batch);

 private:
  using Order = std::vector<int64_t>;

  std::string arrived() const;
  Order make_order(int64_t epoch) const;
  Order::const_iterator batch_end(const Order& order, size_t position) const;
  void fill(const Order& order, size_t position, Batch& batch, ImageReader& reader) const;

  Subset images_;
  const LoaderOptions options_;
  // Positions in images_; shared with the thread, which may still use an older one.
  std::shared_ptr<const Order> order_;
  size_t position_ = 0;
  ImageReader reader_;
  std::unique_ptr<Prefetcher> prefetcher_;
};

}  // namespace convlab
