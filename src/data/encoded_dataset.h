#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/file_set.h"

namespace convlab {

/// A data set of image files of any size, which are read and decoded when they are needed.
class EncodedDataset : public Dataset {
 public:
  struct Item {
    uint32_t file = 0;  ///< index in the file set
    int32_t label = 0;
  };

  /// `image`: shape to which the images are brought. Throws Error for a label that is no class.
  EncodedDataset(std::string name, Shape image, std::vector<std::string> class_names,
                 std::shared_ptr<const FileSet> files, std::vector<Item> items);

  bool has_common_size() const override { return false; }
  bool reads_on_any_thread() const override { return files_->reads_on_any_thread(); }
  uint64_t stored_bytes() const override { return stored_bytes_; }
  uint64_t stored_size(int64_t index) const override {
    return files_->files()[item(index).file].size;
  }
  int64_t available() const override { return size(); }
  /// Of names, sizes and labels of the files: their contents are not read for it.
  uint64_t fingerprint() const override { return fingerprint_; }
  int32_t label(int64_t index) const override { return item(index).label; }
  std::string image_name(int64_t index) const override;
  std::span<const uint8_t> fetch(int64_t index, std::vector<uint8_t>& buffer) const override;
  ImageView decode(int64_t index, std::span<const uint8_t> stored,
                   DecodedImage& buffer) const override;

 private:
  const Item& item(int64_t index) const { return items_[static_cast<size_t>(index)]; }

  std::shared_ptr<const FileSet> files_;
  std::vector<Item> items_;
  uint64_t fingerprint_ = 0;
  uint64_t stored_bytes_ = 0;
};

}  // namespace convlab
