#include "data/loader.h"

#include <fmt/format.h>
#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "core/random.h"
#include "data/mix.h"
#include "data/resize.h"
#include "data/worker_pool.h"

namespace convlab {

namespace {

/// Images that a worker takes at once. Decoding a file takes so long that each is worth a turn;
/// augmenting small images is not.
constexpr size_t chunk_of_pixels = 16;

/// Reads one image ahead, for a worker to decode.
void read(const Dataset& dataset, PendingBatch& pending, size_t at) {
  StoredImage& stored = pending.stored[at];
  try {
    stored.bytes = dataset.fetch(pending.batch.indices[at], stored.buffer);
  } catch (const Error& error) {
    pending.failures[at] = error.what();
  }
  pending.stored_bytes += stored.buffer.size();
}

/// Returns an image as it is stored, which may have been read ahead.
std::span<const uint8_t> stored_image(const Dataset& dataset, PendingBatch& pending, size_t at,
                                      DecodeMemory& memory) {
  if (pending.stored.empty()) return dataset.fetch(pending.batch.indices[at], memory.stored);
  StoredImage& stored = pending.stored[at];
  if (stored.buffer.empty()) return stored.bytes;
  pending.stored_bytes -= stored.buffer.size();
  memory.stored = std::move(stored.buffer);
  return stored.bytes;
}

/// Loads one image into its place in the batch, in the shape of the data set, and changes it at
/// random.
void load(const Dataset& dataset, const Augmentation& augmentation, AugmentationKey key,
          PendingBatch& pending, size_t at, DecodeMemory& memory) {
  const Shape& shape = dataset.image_shape();
  const size_t bytes = dataset.sample_bytes();
  const auto pixels = std::span(pending.batch.images).subspan(at * bytes, bytes);
  const int64_t index = pending.batch.indices[at];
  if (!pending.failures[at].empty()) return;  // it could not be read ahead
  try {
    const std::span<const uint8_t> stored = stored_image(dataset, pending, at, memory);
    if (!dataset.has_images()) {
      std::copy_n(stored.begin(), bytes, pixels.begin());
      return;
    }
    const ImageView image = dataset.decode(index, stored, memory.decoded);
    key.index = index;
    if (augmentation.resizes()) {
      augmentation.load(image, shape, key, pixels);
    } else {
      fit_image_into(image, shape, dataset.resize_mode(), pixels);
    }
    if (!augmentation.empty()) augmentation.apply(pixels, shape, key, memory.scratch);
  } catch (const Error& error) {
    pending.failures[at] = error.what();
  }
}

/// The images of a block of the first epoch. Photos are so large that blocks are chosen by bytes.
size_t first_block(const Dataset& dataset) {
  if (dataset.classes_take_turns()) return 1;
  constexpr auto max = static_cast<uint64_t>(Loader::first_epoch_block);
  if (dataset.has_common_size()) return max;
  const auto size = static_cast<uint64_t>(dataset.size());
  const uint64_t bytes = std::max<uint64_t>(dataset.stored_bytes(), 1);
  return std::clamp<uint64_t>(Loader::first_epoch_bytes * size / bytes, 1, max);
}

/// Removes the images that have failed.
void compact(Batch& batch, const std::vector<std::string>& failures) {
  const size_t bytes = batch.images.size() / batch.indices.size();
  size_t kept = 0;
  for (size_t i = 0; i < failures.size(); ++i) {
    if (!failures[i].empty()) continue;
    std::copy_n(batch.images.begin() + static_cast<std::ptrdiff_t>(i * bytes), bytes,
                batch.images.begin() + static_cast<std::ptrdiff_t>(kept * bytes));
    batch.labels[kept] = batch.labels[i];
    batch.indices[kept] = batch.indices[i];
    ++kept;
  }
  batch.images.resize(kept * bytes);
  batch.labels.resize(kept);
  batch.indices.resize(kept);
}

}  // namespace

void check_augmentation(const Dataset& dataset, const AugmentationOptions& options) {
  if (dataset.has_images() || write_options(options) == write_options(AugmentationOptions{}))
    return;
  fail(
      "[augment] {} holds features of images, which cannot be changed at random; expected no "
      "augmentation, or features of changed images (convlab features --copies N --augment LIST)",
      dataset.name());
}

Loader::Loader(Subset images, const LoaderOptions& options)
    : images_(std::move(images)),
      options_(options),
      augmentation_(options.augmentation),
      copies_(images_.dataset().decode_is_free() && augmentation_.empty() &&
              !augmentation_.resizes()),
      memory_(std::make_unique<DecodeMemory>()) {
  check_augmentation(images_.dataset(), options_.augmentation);
  if (options_.batch < 1) fail("[loader] a batch of {}; expected at least 1", options_.batch);
  if (options_.prefetch < 1) {
    fail("[loader] a prefetch of {} batches; expected at least 1", options_.prefetch);
  }
  if (options_.workers && !copies_) {
    queue_ = std::make_unique<BatchQueue>(
        options_.workers, images_.dataset().has_common_size() ? chunk_of_pixels : 1);
  }
  start_epoch(0);
}

Loader::~Loader() = default;

void Loader::set_images(Subset images) {
  if (images.size() != images_.size())
    fail("[loader] {} images; expected {}", images.size(), images_.size());
  images_ = std::move(images);
}

void Loader::start_epoch(int64_t epoch, int64_t first_batch) {
  if (epoch < 0) fail("[loader] epoch {}; expected at least 0", epoch);
  if (first_batch < 0 || first_batch > batches_per_epoch())
    fail("[loader] batch {}; expected 0 to {}", first_batch, batches_per_epoch());
  epoch_ = epoch;
  order_ = make_order(epoch);
  position_ = static_cast<size_t>(std::min(first_batch * options_.batch, images_.size()));
  begun_ = position_;
  if (queue_) queue_->clear();
}

int64_t Loader::batches_per_epoch() const {
  return images_.size() / options_.batch + (images_.size() % options_.batch > 0 ? 1 : 0);
}

int64_t Loader::batches_done() const {
  return (static_cast<int64_t>(position_) + options_.batch - 1) / options_.batch;
}

size_t Loader::size_at(size_t position) const {
  return std::min(order_.size() - position, static_cast<size_t>(options_.batch));
}

bool Loader::available(size_t position) const {
  if (images_.known() && images_.dataset().complete()) return true;
  const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(position);
  return std::all_of(begin, begin + static_cast<std::ptrdiff_t>(size_at(position)),
                     [this](int64_t image) { return images_.available(image); });
}

bool Loader::ready() const { return available(position_); }

bool Loader::next(Batch& batch) {
  while (position_ < order_.size()) {
    if (!ready()) {
      const Dataset& dataset = images_.dataset();
      fail("[loader] images of the next batch have not arrived; {} of {} {} have",
           dataset.available(), dataset.size(), dataset.name());
    }
    const size_t size = size_at(position_);
    std::unique_ptr<PendingBatch> pending;
    bool usable = false;
    try {
      pending = take();
      usable = finish(*pending, batch);
    } catch (...) {
      // The next call tries this batch again.
      begun_ = position_;
      failed_in_turn_ = 0;
      if (queue_) queue_->clear();
      throw;
    }
    if (usable) mix(batch);
    spare_.push_back(std::move(pending));
    position_ += size;
    if (queue_) prepare_ahead();
    if (usable) return true;
  }
  return false;
}

/// Returns the batch at position_ when all of it is loaded.
std::unique_ptr<PendingBatch> Loader::take() {
  if (queue_) {
    do {
      prepare_ahead();
    } while (!queue_->help(*memory_));
    return queue_->take();
  }
  std::unique_ptr<PendingBatch> pending = begin(position_);
  if (copies_) {
    copy_images(*pending);
  } else {
    for (size_t i = 0; i < pending->size(); ++i) pending->load(*pending, i, *memory_);
  }
  return pending;
}

/// Loads images whose decoding is free. They lie anywhere in memory, so those that come next are
/// prefetched into the cache.
void Loader::copy_images(PendingBatch& pending) {
  constexpr size_t ahead = 4;
  constexpr size_t line = 64;
  const Dataset& dataset = images_.dataset();
  const std::vector<int64_t>& indices = pending.batch.indices;
  for (size_t i = 0; i < indices.size(); ++i) {
    if (i + ahead < indices.size()) {
      const std::span<const uint8_t> next = dataset.fetch(indices[i + ahead], memory_->stored);
      for (size_t at = 0; at < next.size(); at += line) __builtin_prefetch(&next[at]);
    }
    pending.load(pending, i, *memory_);
  }
}

/// Begins as many batches as may be prepared ahead and whose images have arrived.
void Loader::prepare_ahead() {
  while (queue_->size() < static_cast<size_t>(options_.prefetch) && begun_ < order_.size() &&
         available(begun_)) {
    queue_->add(begin(begun_));
    begun_ += size_at(begun_);
  }
  if (!images_.dataset().reads_on_any_thread()) read_ahead();
}

/// Reads images of the batches in the queue, in their order, until max_stored_bytes wait to be
/// decoded.
void Loader::read_ahead() {
  uint64_t bytes = 0;
  for (size_t i = 0; i < queue_->size(); ++i) bytes += queue_->at(i).stored_bytes;
  for (size_t i = 0; i < queue_->size(); ++i) {
    PendingBatch& pending = queue_->at(i);
    while (pending.released < pending.size()) {
      if (bytes >= max_stored_bytes) return;
      const size_t at = pending.released;
      read(images_.dataset(), pending, at);
      bytes += pending.stored[at].buffer.size();
      ++pending.released;
      queue_->release(i);
    }
  }
}

/// Describes the batch at `position`, whose images are still to be loaded.
std::unique_ptr<PendingBatch> Loader::begin(size_t position) {
  std::unique_ptr<PendingBatch> pending;
  if (spare_.empty()) {
    pending = std::make_unique<PendingBatch>();
  } else {
    pending = std::move(spare_.back());
    spare_.pop_back();
  }
  const Dataset& dataset = images_.dataset();
  const size_t size = size_at(position);
  Batch& batch = pending->batch;
  batch.indices.resize(size);
  batch.labels.resize(size);
  batch.second_labels.clear();
  batch.label_weights.clear();
  batch.images.resize(size * dataset.sample_bytes());
  batch.type = dataset.sample_type();
  pending->failures.assign(size, {});
  pending->stored.clear();
  pending->stored_bytes = 0;
  pending->released = size;
  if (queue_ && !dataset.reads_on_any_thread()) {
    pending->stored.resize(size);
    pending->released = 0;
  }
  for (size_t i = 0; i < size; ++i) {
    batch.indices[i] = images_.index(order_[position + i]);
    batch.labels[i] = dataset.label(batch.indices[i]);
  }
  const AugmentationKey key{.seed = options_.seed, .epoch = epoch_};
  pending->load = [this, &dataset, key](PendingBatch& self, size_t at, DecodeMemory& memory) {
    load(dataset, augmentation_, key, self, at, memory);
  };
  return pending;
}

/// Moves the images that can be used into `batch`, and notes the others. Returns whether there are
/// any. Throws Error if nothing could be read for so long that the source must be gone.
bool Loader::finish(PendingBatch& pending, Batch& batch) {
  std::swap(batch, pending.batch);
  int64_t failed = 0;
  std::string first;
  for (size_t i = 0; i < pending.failures.size(); ++i) {
    if (pending.failures[i].empty()) continue;
    if (failed++ == 0) first = pending.failures[i];
    skipped_.emplace(batch.indices[i], std::move(pending.failures[i]));
    pending.failures[i] = "failed";
  }
  if (failed == 0) {
    failed_in_turn_ = 0;
    return true;
  }
  const bool usable = failed < batch.size();
  failed_in_turn_ = usable ? 0 : failed_in_turn_ + failed;
  if (failed_in_turn_ >= std::min(max_failed_in_turn, images_.size())) {
    fail("[loader] none of {} in turn can be read; is the data still there? The last: {}",
         counted(failed_in_turn_, "image"), first);
  }
  compact(batch, pending.failures);
  return usable;
}

/// Applies mixup or CutMix; with both, one of them by chance.
void Loader::mix(Batch& batch) const {
  const double mixup_alpha = options_.augmentation.mixup;
  const double cutmix_alpha = options_.augmentation.cutmix;
  if (mixup_alpha == 0 && cutmix_alpha == 0) return;
  const MixSeed seed{.seed = options_.seed, .epoch = epoch_, .batch = batches_done()};
  const auto number = static_cast<uint64_t>(epoch_) << 32U | static_cast<uint64_t>(seed.batch);
  Random choice(options_.seed, stream_id(RandomStream::mix_choice, number));
  const bool by_chance = choice.below(2) == 0;
  const Shape& shape = images_.dataset().image_shape();
  if (cutmix_alpha == 0 || (mixup_alpha > 0 && by_chance)) {
    mixup(batch, shape, mixup_alpha, seed);
  } else {
    cutmix(batch, shape, cutmix_alpha, seed);
  }
}

std::vector<int64_t> Loader::make_order(int64_t epoch) const {
  std::vector<int64_t> order(static_cast<size_t>(images_.size()));
  std::iota(order.begin(), order.end(), int64_t{0});
  if (!options_.shuffle) return order;
  Random random(options_.seed, stream_id(RandomStream::shuffle, static_cast<uint64_t>(epoch)));
  const size_t block =
      epoch == 0 ? first_block(images_.dataset()) : std::max<size_t>(order.size(), 1);
  for (size_t start = 0; start < order.size(); start += block) {
    random.shuffle(std::span(order).subspan(start, std::min(block, order.size() - start)));
  }
  return order;
}

}  // namespace convlab
