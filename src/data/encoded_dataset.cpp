#include "data/encoded_dataset.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "data/fingerprint.h"

namespace convlab {

EncodedDataset::EncodedDataset(std::string name, Shape image, std::vector<std::string> class_names,
                               std::shared_ptr<const FileSet> files, std::vector<Item> items)
    : Dataset(std::move(name), image, std::move(class_names), static_cast<int64_t>(items.size())),
      files_(std::move(files)),
      items_(std::move(items)) {
  for (const Item& one : items_) {
    const FileEntry& file = files_->files()[one.file];
    if (one.label < 0 || one.label >= classes()) {
      fail("[dataset] {}: label {} is out of range; expected 0 to {}", files_->title(one.file),
           one.label, classes() - 1);
    }
    stored_bytes_ += file.size;
    const std::string line = fmt::format("{}\n{}\n{}\n", file.path, file.size, one.label);
    fingerprint_ =
        hash_bytes({reinterpret_cast<const uint8_t*>(line.data()), line.size()}, fingerprint_);
  }
}

std::string EncodedDataset::image_name(int64_t index) const {
  return files_->title(item(index).file);
}

std::span<const uint8_t> EncodedDataset::fetch(int64_t index, std::vector<uint8_t>& buffer) const {
  check_available(index);
  buffer = files_->read(item(index).file, max_image_file_bytes);
  return buffer;
}

ImageView EncodedDataset::decode(int64_t index, std::span<const uint8_t> stored,
                                 DecodedImage& buffer) const {
  buffer = decode_image(stored, image_name(index));
  return buffer;
}

}  // namespace convlab
