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
/// copying pixels is not.
constexpr size_t chunk_of_pixels = 128;

/// Decodes one image into its place in the batch, in the shape of the data set, and changes it at
/// random.
void decode(const Dataset& dataset, const Augmentation& augmentation, AugmentationKey key,
            PendingBatch& pending, size_t at, DecodeMemory& memory) {
  if (pending.failures[at]) return;
  const Shape& shape = dataset.image_shape();
  const auto bytes = static_cast<size_t>(shape.elements());
  const auto pixels = std::span(pending.batch.images).subspan(at * bytes, bytes);
  try {
    const ImageView image =
        dataset.decode(pending.batch.indices[at], pending.stored[at], memory.decoded);
    key.index = pending.batch.indices[at];
    if (augmentation.resizes()) {
      augmentation.load(image, shape, key, pixels);
    } else {
      fit_image_into(image, shape, pixels);
    }
    if (!augmentation.empty()) augmentation.apply(pixels, shape, key, memory.scratch);
  } catch (const std::exception& error) {
    pending.failures[at] = error.what();
  }
}

/// Removes the images that have failed.
void compact(Batch& batch, const std::vector<std::optional<std::string>>& failures) {
  const size_t bytes = batch.images.size() / batch.indices.size();
  size_t kept = 0;
  for (size_t i = 0; i < failures.size(); ++i) {
    if (failures[i]) continue;
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

Loader::Loader(Subset images, const LoaderOptions& options)
    : images_(std::move(images)), options_(options), augmentation_(options.augmentation) {
  if (options_.batch < 1) fail("[loader] a batch of {}; expected at least 1", options_.batch);
  if (options_.workers < 0) fail("[loader] {} workers; expected at least 0", options_.workers);
  if (options_.prefetch < 1) {
    fail("[loader] a prefetch of {} batches; expected at least 1", options_.prefetch);
  }
  if (options_.workers > 0) {
    pool_ = std::make_unique<WorkerPool>(options_.workers,
                                         images_.dataset().has_common_size() ? chunk_of_pixels : 1);
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
  if (!pool_) return;
  pool_->clear();
  prepare_ahead();
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
  const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(position);
  return std::all_of(begin, begin + static_cast<std::ptrdiff_t>(size_at(position)),
                     [this](int64_t image) { return images_.available(image); });
}

bool Loader::ready() const { return available(position_); }

bool Loader::next(Batch& batch) {
  if (position_ == order_.size()) return false;
  if (!ready()) {
    const Dataset& dataset = images_.dataset();
    fail("[loader] images of the next batch have not arrived; {} of {} {} have",
         dataset.available(), dataset.size(), dataset.name());
  }
  const size_t size = size_at(position_);
  std::unique_ptr<PendingBatch> pending;
  if (pool_) {
    prepare_ahead();
    pending = pool_->take();
  } else {
    begun_ = position_;
    pending = begin(position_);
    DecodeMemory memory;
    for (size_t i = 0; i < size; ++i) pending->decode(*pending, i, memory);
  }
  finish(*pending, batch);
  mix(batch);
  position_ += size;
  spare_.push_back(std::move(pending));
  if (pool_) prepare_ahead();
  return true;
}

/// Begins as many batches as may be prepared ahead and whose images have arrived.
void Loader::prepare_ahead() {
  while (pool_->size() < static_cast<size_t>(options_.prefetch) && begun_ < order_.size() &&
         available(begun_)) {
    pool_->add(begin(begun_));
    begun_ += size_at(begun_);
  }
}

/// Reads the images of the batch at `position`, and leaves them to be decoded.
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
  batch.images.resize(size * static_cast<size_t>(dataset.image_shape().elements()));
  pending->buffers.resize(size);
  pending->stored.resize(size);
  pending->failures.assign(size, std::nullopt);
  for (size_t i = 0; i < size; ++i) {
    const int64_t index = images_.index(order_[position + i]);
    batch.indices[i] = index;
    batch.labels[i] = dataset.label(index);
    try {
      pending->stored[i] = dataset.fetch(index, pending->buffers[i]);
    } catch (const Error& error) {
      pending->failures[i] = error.what();
    }
  }
  const AugmentationKey key{.seed = options_.seed, .epoch = epoch_};
  pending->decode = [this, key](PendingBatch& self, size_t at, DecodeMemory& memory) {
    decode(images_.dataset(), augmentation_, key, self, at, memory);
  };
  return pending;
}

/// Moves the images that can be used into `batch`, and notes the others.
void Loader::finish(PendingBatch& pending, Batch& batch) {
  std::swap(batch, pending.batch);
  size_t failed = 0;
  for (size_t i = 0; i < pending.failures.size(); ++i) {
    if (!pending.failures[i]) continue;
    skipped_.emplace(batch.indices[i], *pending.failures[i]);
    ++failed;
  }
  if (failed == 0) return;
  if (failed == pending.failures.size()) {
    fail("[loader] none of {} in a batch can be read; the first: {}", counted(failed, "image"),
         *pending.failures[0]);
  }
  compact(batch, pending.failures);
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
      epoch == 0 ? static_cast<size_t>(first_epoch_block) : std::max<size_t>(order.size(), 1);
  for (size_t start = 0; start < order.size(); start += block) {
    random.shuffle(std::span(order).subspan(start, std::min(block, order.size() - start)));
  }
  return order;
}

}  // namespace convlab
