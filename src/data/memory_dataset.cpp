#include "data/memory_dataset.h"

#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "data/fingerprint.h"

namespace convlab {

namespace {

constexpr int64_t max_classes = 256;  // a label is one byte

}  // namespace

MemoryDataset::MemoryDataset(std::string name, Shape image, std::vector<std::string> class_names,
                             int64_t size)
    : Dataset(std::move(name), image, std::move(class_names), size) {
  if (size > 0 && classes() > max_classes) {
    fail("[dataset] {}: {}; expected 1 to {}", this->name(), counted(classes(), "class"),
         max_classes);
  }
}

MemoryDataset::MemoryDataset(MemoryDataset&& other) noexcept
    : Dataset(static_cast<Dataset&&>(other)),
      images_(std::move(other.images_)),
      labels_(std::move(other.labels_)),
      available_(other.available_.exchange(0)),
      fingerprint_(other.fingerprint_) {}

std::span<const uint8_t> MemoryDataset::image(int64_t index) const {
  check_available(index);
  const auto bytes = static_cast<size_t>(image_shape().elements());
  return {images_.data() + static_cast<size_t>(index) * bytes, bytes};
}

std::span<const uint8_t> MemoryDataset::fetch(int64_t index,
                                              std::vector<uint8_t>& /*buffer*/) const {
  return image(index);
}

ImageView MemoryDataset::decode(int64_t /*index*/, std::span<const uint8_t> stored,
                                DecodedImage& /*buffer*/) const {
  const Shape& shape = image_shape();
  return {shape[0], shape[1], shape[2], stored};
}

void MemoryDataset::append(std::span<const uint8_t> images, std::span<const uint8_t> labels,
                           const std::string& source) {
  const auto image_bytes = static_cast<size_t>(image_shape().elements());
  const auto final_size = static_cast<size_t>(size());
  if (images.size() != labels.size() * image_bytes) {
    fail("[dataset] {}: {} of images for {}; expected {}, {} for each image of shape {}", source,
         counted(images.size(), "byte"), counted(labels.size(), "label"),
         labels.size() * image_bytes, image_bytes, image_shape());
  }
  if (labels.size() > final_size - labels_.size()) {
    fail("[dataset] {}: {}, too many for {}, which has {} of {}", source,
         counted(labels.size(), "image"), name(), labels_.size(), size());
  }
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= class_names().size()) {
      fail("[dataset] {}: label {} of image {} is out of range; expected 0 to {}", source,
           int{labels[i]}, i, class_names().size() - 1);
    }
  }
  // Reserves all memory at once: new images never move existing ones, which other threads may be
  // reading, and the inserts below cannot throw.
  images_.reserve(final_size * image_bytes);
  labels_.reserve(final_size);
  images_.insert(images_.end(), images.begin(), images.end());
  labels_.insert(labels_.end(), labels.begin(), labels.end());
  // Image by image, so that it does not matter in which portions they arrive.
  for (size_t i = 0; i < labels.size(); ++i) {
    fingerprint_ = hash_bytes(images.subspan(i * image_bytes, image_bytes), fingerprint_);
    fingerprint_ = hash_bytes(labels.subspan(i, 1), fingerprint_);
  }
  available_ = static_cast<int64_t>(labels_.size());  // from now on they are read
}

}  // namespace convlab
