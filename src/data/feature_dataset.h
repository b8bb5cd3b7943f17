#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/byte_source.h"
#include "data/dataset.h"

namespace convlab {

/// A data set of features: float16 numbers that a pretrained network has computed of images, read
/// from a file when they are needed. Nothing is decoded, and nothing can be augmented.
class FeatureDataset : public Dataset {
 public:
  /// Where the features are: rows of the shape's numbers, one after another, and what tells them
  /// from others.
  struct Rows {
    std::shared_ptr<const ByteSource> source;
    uint64_t offset = 0;   ///< of the first row, in bytes
    std::string features;  ///< Dataset::features
    std::string images;    ///< Dataset::features_of
    std::string key;       ///< a hash of everything they were computed from
    /// Returns how many rows are there, where they are still being computed; may be called from any
    /// thread. Null: all.
    std::function<int64_t()> available;
  };

  /// The label of a row that is no part of the data set: its image could not be read.
  static constexpr int32_t no_label = -1;
  /// The first number of such a row (NaN), which features never are. While rows are being computed
  /// they have labels, and `fetch` refuses those that begin with it.
  static constexpr uint16_t unreadable = 0x7E00;

  /// `labels` has one for each row. Throws Error for a label that is neither a class nor no_label,
  /// and for rows beyond the end of the source.
  FeatureDataset(std::string name, Shape shape, std::vector<std::string> class_names, Rows rows,
                 const std::vector<int32_t>& labels);

  DType sample_type() const override { return DType::f16; }
  std::string features() const override { return rows_.features; }
  std::string features_of() const override { return rows_.images; }
  bool classes_take_turns() const override { return takes_turns_; }
  bool reads_on_any_thread() const override;
  int64_t available() const override;
  uint64_t fingerprint() const override { return fingerprint_; }
  int32_t label(int64_t index) const override { return items_[static_cast<size_t>(index)].label; }
  std::string image_name(int64_t index) const override;
  std::span<const uint8_t> fetch(int64_t index, std::vector<uint8_t>& buffer) const override;
  /// Throws Error: these are no images.
  ImageView decode(int64_t index, std::span<const uint8_t> stored,
                   DecodedImage& buffer) const override;

 private:
  struct Item {
    int64_t row = 0;
    int32_t label = 0;
  };

  Rows rows_;
  std::vector<Item> items_;
  bool takes_turns_ = true;
  uint64_t fingerprint_ = 0;
};

}  // namespace convlab
