#include "data/sharded_dataset.h"

#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "data/fingerprint.h"

namespace convlab {

ShardedDataset::ShardedDataset(std::string name, Shape image, std::vector<std::string> class_names,
                               int64_t size, uint64_t stored_bytes)
    : Dataset(std::move(name), image, std::move(class_names), size), stored_bytes_(stored_bytes) {}

std::span<const uint8_t> ShardedDataset::fetch(int64_t index, std::vector<uint8_t>& buffer) const {
  check_available(index);
  const Item& one = item(index);
  buffer.resize(one.size);
  one.files->read(one.offset, buffer);
  return buffer;
}

ImageView ShardedDataset::decode(int64_t index, std::span<const uint8_t> stored,
                                 DecodedImage& buffer) const {
  buffer = decode_image(stored, image_name(index));
  return buffer;
}

void ShardedDataset::append(std::span<const uint16_t> labels, std::span<const uint32_t> sizes,
                            std::shared_ptr<const ByteSource> files) {
  if (labels.size() != sizes.size()) {
    fail("[dataset] {}: {} for {}; expected equal counts", files->name(),
         counted(sizes.size(), "size"), counted(labels.size(), "label"));
  }
  if (labels.size() > static_cast<size_t>(size()) - items_.size()) {
    fail("[dataset] {}: {}, too many for {}, which has {} of {}", files->name(),
         counted(labels.size(), "image"), name(), items_.size(), size());
  }
  std::vector<Item> items;
  uint64_t hash = fingerprint_;
  uint64_t offset = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= classes()) {
      fail("[dataset] {}: label {} of image {} is out of range; expected 0 to {}", files->name(),
           labels[i], i, classes() - 1);
    }
    items.push_back({files.get(), offset, sizes[i], labels[i]});
    hash = hash_bytes(files->read(offset, uint64_t{sizes[i]}), hash);
    const uint8_t label[] = {static_cast<uint8_t>(labels[i]),
                             static_cast<uint8_t>(labels[i] >> 8U)};
    hash = hash_bytes(label, hash);
    offset += sizes[i];
  }
  // All memory at once, so that items that are read by another thread never move.
  items_.reserve(static_cast<size_t>(size()));
  files_.push_back(std::move(files));
  items_.insert(items_.end(), items.begin(), items.end());
  fingerprint_ = hash;
  available_ = static_cast<int64_t>(items_.size());
}

}  // namespace convlab
