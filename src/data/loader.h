#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/augment/augmentation.h"
#include "data/batch.h"
#include "data/subset.h"

namespace convlab {

class BatchQueue;
class WorkerPool;
struct DecodeMemory;
struct PendingBatch;

struct LoaderOptions {
  int64_t batch = 128;
  bool shuffle = true;
  uint64_t seed = 0;
  /// Threads that decode and augment; null: none. Loaders can share them.
  std::shared_ptr<WorkerPool> workers = {};
  int64_t prefetch = 4;  ///< with workers: batches prepared ahead, at least 1
  AugmentationOptions augmentation = {};
};

/// Throws Error if images of this data set cannot be changed at random as `options` say: features
/// cannot at all.
void check_augmentation(const Dataset& dataset, const AugmentationOptions& options);

/// Splits a data set, or a part of it, into batches, epoch by epoch; the last batch of an epoch may
/// be smaller. The order depends only on (seed, epoch). The first epoch takes blocks of
/// images in their order of arrival, shuffled within each block, so that training can start when
/// the first block has arrived: first_epoch_block images, or if they have no common size the number
/// that has first_epoch_bytes on average, or one where the classes take turns. Later epochs shuffle
/// all images. Augmentation depends on (seed, epoch, image), mixup and CutMix on (seed, epoch,
/// batch), never on threads. Images that cannot be read or decoded are left out of their batches.
///
/// Workers are not used where images are only copied (Dataset::decode_is_free, no augmentation).
/// Images of a data set that only its own thread can read (Dataset::reads_on_any_thread) are read
/// by the thread that calls `next`, ahead of the workers, which decode them.
class Loader {
 public:
  static constexpr int64_t first_epoch_block = 2048;
  static constexpr uint64_t first_epoch_bytes = uint64_t{2} << 20U;
  static constexpr int64_t max_failed_in_turn = 256;
  /// Bytes of stored images that are read ahead on the calling thread.
  static constexpr uint64_t max_stored_bytes = uint64_t{32} << 20U;

  /// The data set must outlive the loader. Starts at epoch 0. Throws Error for options out of their
  /// limits, and as check_augmentation does.
  Loader(Subset images, const LoaderOptions& options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Starts epoch `epoch` (from 0) at batch `first_batch` (0 to batches_per_epoch) and discards
  /// batches prepared ahead. Throws Error for values out of range.
  void start_epoch(int64_t epoch, int64_t first_batch = 0);
  /// Sets the images of a pending subset (Subset::pending). Throws Error for another number of
  /// images.
  void set_images(Subset images);
  int64_t batches_per_epoch() const;
  /// Number of batches of this epoch that `next` has returned.
  int64_t batches_done() const;
  /// Whether the images of the next batch have arrived; true at the end of the epoch.
  bool ready() const;
  /// Fills `batch` and returns true, or returns false at the end of the epoch. Passes over batches
  /// of which nothing can be read. Throws Error unless ready(), and if nothing can be read of
  /// max_failed_in_turn images, or of all that there are; the next call then tries again. With
  /// workers, helps them and waits for them.
  bool next(Batch& batch);
  /// Images that were left out so far, in any epoch, by index.
  const std::map<int64_t, std::string>& skipped() const { return skipped_; }

 private:
  std::vector<int64_t> make_order(int64_t epoch) const;
  /// The number of images of the batch at a position of order_.
  size_t size_at(size_t position) const;
  bool available(size_t position) const;
  std::unique_ptr<PendingBatch> begin(size_t position);
  std::unique_ptr<PendingBatch> take();
  void prepare_ahead();
  void read_ahead();
  void copy_images(PendingBatch& pending);
  bool finish(PendingBatch& pending, Batch& batch);
  void mix(Batch& batch) const;

  Subset images_;
  const LoaderOptions options_;
  const Augmentation augmentation_;
  int64_t epoch_ = 0;
  std::vector<int64_t> order_;  // positions in images_
  size_t position_ = 0;         // in order_, of the next batch
  size_t begun_ = 0;            // likewise, of the next one to prepare
  std::map<int64_t, std::string> skipped_;
  int64_t failed_in_turn_ = 0;
  const bool copies_;                                 // decoding is free, and nothing changes
  std::unique_ptr<DecodeMemory> memory_;              // for images that this thread loads
  std::vector<std::unique_ptr<PendingBatch>> spare_;  // used batches, kept to reuse their memory
  std::unique_ptr<BatchQueue> queue_;                 // declared last: it uses all of the above
};

}  // namespace convlab
