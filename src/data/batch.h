#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace convlab {

/// The images and labels of one training step. mixup and CutMix (data/mix.h) give each image a
/// second label, and a weight between the two.
struct Batch {
  std::vector<uint8_t> images;  ///< [size, height, width, channels], the bytes of numbers of `type`
  DType type = DType::u8;       ///< Dataset::sample_type
  std::vector<int32_t> labels;
  std::vector<int32_t> second_labels;  ///< [size]; empty if no labels are mixed
  std::vector<float> label_weights;    ///< [size], 0 to 1: weight of the first label; or empty
  std::vector<int64_t> indices;        ///< index of each image in the data set
  int64_t size() const { return static_cast<int64_t>(labels.size()); }
  /// Whether each image has two labels.
  bool mixed() const { return !second_labels.empty(); }
};

}  // namespace convlab
