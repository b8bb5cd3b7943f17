#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/byte_source.h"
#include "data/dataset.h"

namespace convlab {

/// A data set of image files of any size that arrive in shards (formats/shard.h), one appended
/// after another. Images that have arrived may be read while others are appended.
class ShardedDataset : public Dataset {
 public:
  /// Creates an empty data set for `size` images, which will have `stored_bytes` bytes of files and
  /// are brought to the shape `image`.
  ShardedDataset(std::string name, Shape image, std::vector<std::string> class_names, int64_t size,
                 uint64_t stored_bytes);

  bool has_common_size() const override { return false; }
  uint64_t stored_bytes() const override { return stored_bytes_; }
  uint64_t stored_size(int64_t index) const override { return item(index).size; }
  int64_t available() const override { return available_; }
  uint64_t fingerprint() const override { return fingerprint_; }
  int32_t label(int64_t index) const override { return item(index).label; }
  std::span<const uint8_t> fetch(int64_t index, std::vector<uint8_t>& buffer) const override;
  ImageView decode(int64_t index, std::span<const uint8_t> stored,
                   DecodedImage& buffer) const override;

  /// Appends images: their labels, sizes and files, one after another in `files`, from which they
  /// are read when they are needed. Throws Error and changes nothing if the counts do not match
  /// each other or the data set, or if a label is not a class.
  void append(std::span<const uint16_t> labels, std::span<const uint32_t> sizes,
              std::shared_ptr<const ByteSource> files);

 private:
  struct Item {
    const ByteSource* files;
    uint64_t offset;
    uint32_t size;
    int32_t label;
  };
  const Item& item(int64_t index) const { return items_[static_cast<size_t>(index)]; }

  uint64_t stored_bytes_;
  std::vector<Item> items_;
  std::vector<std::shared_ptr<const ByteSource>> files_;
  std::atomic<int64_t> available_ = 0;
  uint64_t fingerprint_ = 0;
};

}  // namespace convlab
