#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace convlab {

/// A data set in memory, as pixels of one size; with images it has at most 256 classes. Images that
/// have arrived may be read while others are appended.
class MemoryDataset : public Dataset {
 public:
  /// Creates an empty data set for `size` images of shape `image` (height, width, channels).
  MemoryDataset(std::string name, Shape image, std::vector<std::string> class_names, int64_t size);

  /// Only while no other thread reads it.
  MemoryDataset(MemoryDataset&& other) noexcept;

  bool decode_is_free() const override { return true; }
  int64_t available() const override { return available_; }
  uint64_t fingerprint() const override { return fingerprint_; }
  int32_t label(int64_t index) const override { return labels_.data()[index]; }
  std::span<const uint8_t> fetch(int64_t index, std::vector<uint8_t>& buffer) const override;
  ImageView decode(int64_t index, std::span<const uint8_t> stored,
                   DecodedImage& buffer) const override;

  /// Returns the pixels of image `index`, in row-major order with channels last. Throws Error
  /// unless it has arrived.
  std::span<const uint8_t> image(int64_t index) const;
  /// Appends images. Throws Error and changes nothing if the sizes do not match each other or the
  /// data set, or if a label is not a class. `source` is the file name for the message.
  void append(std::span<const uint8_t> images, std::span<const uint8_t> labels,
              const std::string& source);

 private:
  std::vector<uint8_t> images_;
  std::vector<uint8_t> labels_;
  std::atomic<int64_t> available_ = 0;
  uint64_t fingerprint_ = 0;
};

}  // namespace convlab
