#include "data/cached_dataset.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "data/resize.h"

namespace convlab {

namespace {

uint64_t pixel_bytes(const Dataset& dataset) {
  return static_cast<uint64_t>(dataset.image_shape().elements());
}

class CachedDataset : public Dataset {
 public:
  CachedDataset(std::shared_ptr<const Dataset> whole, uint64_t max_bytes)
      : Dataset(whole->name(), whole->image_shape(), whole->class_names(), whole->size()),
        whole_(std::move(whole)),
        places_(std::min(max_bytes / pixel_bytes(*whole_), static_cast<uint64_t>(size()))),
        place_of_(static_cast<size_t>(size())),
        pixels_(std::make_unique_for_overwrite<uint8_t[]>(places_ * pixel_bytes(*whole_))) {}

  bool has_common_size() const override { return false; }
  ResizeMode resize_mode() const override { return whole_->resize_mode(); }
  const Dataset& stored() const override { return whole_->stored(); }
  bool reads_on_any_thread() const override { return whole_->reads_on_any_thread(); }
  uint64_t stored_bytes() const override { return whole_->stored_bytes(); }
  uint64_t stored_size(int64_t index) const override { return whole_->stored_size(index); }
  int64_t available() const override { return whole_->available(); }
  uint64_t fingerprint() const override { return whole_->fingerprint(); }
  int32_t label(int64_t index) const override { return whole_->label(index); }
  std::string image_name(int64_t index) const override { return whole_->image_name(index); }

  std::span<const uint8_t> fetch(int64_t index, std::vector<uint8_t>& buffer) const override {
    check_available(index);
    const uint32_t place = place_of(index).load(std::memory_order_acquire);
    return place == 0 ? whole_->fetch(index, buffer) : pixels(place);
  }

  ImageView decode(int64_t index, std::span<const uint8_t> stored,
                   DecodedImage& buffer) const override {
    const Shape& shape = image_shape();
    const uint8_t* end = pixels_.get() + places_ * pixel_bytes(*this);
    if (stored.data() >= pixels_.get() && stored.data() < end)
      return {shape[0], shape[1], shape[2], stored};
    const ImageView image = whole_->decode(index, stored, buffer);
    // Two threads never decode the same image at once, since an epoch has it once.
    if (used_.load(std::memory_order_relaxed) >= places_) return image;
    const uint64_t place = used_.fetch_add(1, std::memory_order_relaxed) + 1;
    if (place > places_) return image;
    const std::span<uint8_t> kept = pixels(static_cast<uint32_t>(place));
    fit_image_into(image, shape, resize_mode(), kept);
    place_of(index).store(static_cast<uint32_t>(place), std::memory_order_release);
    return {shape[0], shape[1], shape[2], kept};
  }

 private:
  std::atomic<uint32_t>& place_of(int64_t index) const {
    return place_of_[static_cast<size_t>(index)];
  }
  std::span<uint8_t> pixels(uint32_t place) const {
    const uint64_t bytes = pixel_bytes(*this);
    return {pixels_.get() + (place - 1) * bytes, static_cast<size_t>(bytes)};
  }

  std::shared_ptr<const Dataset> whole_;
  uint64_t places_;
  mutable std::atomic<uint64_t> used_{0};
  mutable std::vector<std::atomic<uint32_t>> place_of_;  // of each image, from 1; 0: none
  std::unique_ptr<uint8_t[]> pixels_;                    // [places, image shape]
};

}  // namespace

std::shared_ptr<const Dataset> with_cache(std::shared_ptr<const Dataset> dataset,
                                          uint64_t max_bytes) {
  if (dataset->has_common_size() || max_bytes < pixel_bytes(*dataset)) return dataset;
  return std::make_shared<CachedDataset>(std::move(dataset), max_bytes);
}

DatasetSplits with_cache(DatasetSplits splits, uint64_t max_bytes) {
  const uint64_t train = pixel_bytes(*splits.train) * static_cast<uint64_t>(splits.train->size());
  splits.train = with_cache(std::move(splits.train), max_bytes);
  splits.test = with_cache(std::move(splits.test), max_bytes - std::min(train, max_bytes));
  return splits;
}

}  // namespace convlab
