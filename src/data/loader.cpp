#include "data/loader.h"

#include <fmt/format.h>
#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "data/prefetcher.h"

namespace convlab {

Loader::Loader(Subset images, const LoaderOptions& options)
    : images_(std::move(images)), options_(options) {
  if (options_.batch < 1) fail("[loader] a batch of {}; expected at least 1", options_.batch);
  if (options_.prefetch < 0) {
    fail("[loader] a prefetch of {} batches; expected at least 0", options_.prefetch);
  }
  if (options_.prefetch > 0) {
    if (!images_.complete()) fail("[loader] {} images have arrived; prefetch needs all", arrived());
    prefetcher_ = std::make_unique<Prefetcher>(options_.prefetch);
  }
  start_epoch(0);
}

Loader::~Loader() = default;

std::string Loader::arrived() const {
  const Dataset& dataset = images_.dataset();
  return fmt::format("{} of {} {}", dataset.available(), dataset.size(), dataset.name());
}

void Loader::set_images(Subset images) {
  if (prefetcher_ || images.size() != images_.size()) {
    fail("[loader] {} images{}; expected {}{}", images.size(), prefetcher_ ? " with prefetch" : "",
         images_.size(), prefetcher_ ? " without" : "");
  }
  images_ = std::move(images);
}

void Loader::start_epoch(int64_t epoch, int64_t first_batch) {
  if (epoch < 0) fail("[loader] epoch {}; expected at least 0", epoch);
  if (first_batch < 0 || first_batch > batches_per_epoch())
    fail("[loader] batch {}; expected 0 to {}", first_batch, batches_per_epoch());
  order_ = std::make_shared<const Order>(make_order(epoch));
  position_ = static_cast<size_t>(std::min(first_batch * options_.batch, images_.size()));
  if (!prefetcher_) return;
  prefetcher_->start(
      [this, order = order_, position = position_, reader = ImageReader()](Batch& batch) mutable {
        if (position == order->size()) return false;
        fill(*order, position, batch, reader);
        position += batch.indices.size();
        return true;
      });
}

int64_t Loader::batches_per_epoch() const {
  return images_.size() / options_.batch + (images_.size() % options_.batch > 0 ? 1 : 0);
}

int64_t Loader::batches_done() const {
  return (static_cast<int64_t>(position_) + options_.batch - 1) / options_.batch;
}

bool Loader::ready() const {
  return std::all_of(order_->begin() + static_cast<int64_t>(position_),
                     batch_end(*order_, position_),
                     [this](int64_t position) { return images_.available(position); });
}

bool Loader::next(Batch& batch) {
  if (position_ == order_->size()) return false;
  if (prefetcher_) {
    if (!prefetcher_->next(batch)) return false;
  } else {
    if (!ready()) fail("[loader] images of the next batch have not arrived; {} have", arrived());
    fill(*order_, position_, batch, reader_);
  }
  position_ += batch.indices.size();
  return true;
}

Loader::Order Loader::make_order(int64_t epoch) const {
  Order order(static_cast<size_t>(images_.size()));
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

Loader::Order::const_iterator Loader::batch_end(const Order& order, size_t position) const {
  const size_t left = order.size() - position;
  return order.begin() +
         static_cast<int64_t>(position + std::min(left, static_cast<size_t>(options_.batch)));
}

void Loader::fill(const Order& order, size_t position, Batch& batch, ImageReader& reader) const {
  const Dataset& dataset = images_.dataset();
  batch.indices.assign(order.begin() + static_cast<int64_t>(position), batch_end(order, position));
  for (int64_t& index : batch.indices) index = images_.index(index);
  const auto image_bytes = static_cast<size_t>(dataset.image_shape().elements());
  batch.labels.resize(batch.indices.size());
  batch.second_labels.clear();
  batch.label_weights.clear();
  batch.images.resize(batch.indices.size() * image_bytes);
  for (size_t i = 0; i < batch.indices.size(); ++i) {
    reader.read(dataset, batch.indices[i],
                std::span(batch.images).subspan(i * image_bytes, image_bytes));
    batch.labels[i] = dataset.label(batch.indices[i]);
  }
}

}  // namespace convlab
