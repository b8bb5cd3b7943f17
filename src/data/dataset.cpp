#include "data/dataset.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

namespace {

constexpr int64_t max_classes = 256;  // a label is one byte
constexpr int64_t max_images = int64_t{1} << 31;

/// Continues a hash with some bytes, eight at a time: multiplication and shift as in MurmurHash64A
/// (A. Appleby). Not safe against forgery; it finds mistakes.
uint64_t hash_bytes(std::span<const uint8_t> bytes, uint64_t hash) {
  constexpr uint64_t factor = 0xc6a4a7935bd1e995;
  constexpr size_t word_bytes = sizeof(uint64_t);
  for (size_t at = 0; at < bytes.size(); at += word_bytes) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min(word_bytes, bytes.size() - at));
    word *= factor;
    hash = (hash ^ word ^ (word >> 47U)) * factor;
  }
  return hash ^ (hash >> 47U);
}

}  // namespace

Dataset::Dataset(std::string name, Shape image, std::vector<std::string> class_names, int64_t size)
    : name_(std::move(name)), image_(image), class_names_(std::move(class_names)), size_(size) {
  if (image_.rank() != 3 || image_.elements() == 0) {
    fail("[dataset] {}: images of shape {}; expected (height, width, channels), each at least 1",
         name_, image_);
  }
  if (classes() < 1 || classes() > max_classes) {
    fail("[dataset] {}: {}; expected 1 to {}", name_, counted(classes(), "class"), max_classes);
  }
  if (size_ < 0 || size_ > max_images) {
    fail("[dataset] {}: {}; expected 0 to {}", name_, counted(size_, "image"), max_images);
  }
}

std::span<const uint8_t> Dataset::image(int64_t index) const {
  if (index < 0 || index >= available()) {
    fail("[dataset] {}: image {} is not available; {} of {} are", name_, index, available(), size_);
  }
  const auto bytes = static_cast<size_t>(image_.elements());
  return std::span(images_).subspan(static_cast<size_t>(index) * bytes, bytes);
}

void Dataset::append(std::span<const uint8_t> images, std::span<const uint8_t> labels,
                     const std::string& source) {
  const auto image_bytes = static_cast<size_t>(image_.elements());
  const auto size = static_cast<size_t>(size_);
  if (images.size() != labels.size() * image_bytes) {
    fail("[dataset] {}: {} of images for {}; expected {}, {} for each image of shape {}", source,
         counted(images.size(), "byte"), counted(labels.size(), "label"),
         labels.size() * image_bytes, image_bytes, image_);
  }
  if (labels.size() > size - labels_.size()) {
    fail("[dataset] {}: {}, too many for {}, which has {} of {}", source,
         counted(labels.size(), "image"), name_, labels_.size(), size_);
  }
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= class_names_.size()) {
      fail("[dataset] {}: label {} of image {} is out of range; expected 0 to {}", source,
           int{labels[i]}, i, class_names_.size() - 1);
    }
  }
  // Reserves all memory at once: new images never move existing ones, and the inserts below cannot
  // throw.
  images_.reserve(size * image_bytes);
  labels_.reserve(size);
  images_.insert(images_.end(), images.begin(), images.end());
  labels_.insert(labels_.end(), labels.begin(), labels.end());
  // Image by image, so that it does not matter in which portions they arrive.
  for (size_t i = 0; i < labels.size(); ++i) {
    fingerprint_ = hash_bytes(images.subspan(i * image_bytes, image_bytes), fingerprint_);
    fingerprint_ = hash_bytes(labels.subspan(i, 1), fingerprint_);
  }
}

}  // namespace convlab
