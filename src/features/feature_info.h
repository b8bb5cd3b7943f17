#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/shape.h"
#include "data/dataset.h"
#include "io/safetensors.h"
#include "pretrained/weight_set.h"

namespace convlab {

/// What is kept of the features of an image's pixels: all of them, or of each channel the mean or
/// the maximum.
inline constexpr std::array<std::string_view, 3> feature_pools{"none", "avg", "max"};

/// What a file of features holds, and what they were computed from.
struct FeatureInfo {
  std::string backbone;       ///< name of the WeightSet
  std::string weights;        ///< SHA-256 of the file of the weights
  std::string preprocessing;  ///< preprocessing_text
  std::string pool = "none";  ///< one of feature_pools
  std::string backend;        ///< backends and their convolutions differ by rounding
  std::string winograd;       ///< winograd_key of the backend
  std::string data;           ///< name of the data set
  std::string data_key;       ///< data_key of it
  Shape shape;                ///< of the features of an image: (height, width, channels)
  std::vector<std::string> class_names;
  int64_t train = 0;         ///< number of training images
  int64_t validation = 0;    ///< number of validation images
  int64_t copies = 0;        ///< changed copies of each training image
  std::string augmentation;  ///< how they were changed, as augmentation_text formats it
  uint64_t seed = 0;         ///< of these changes

  bool operator==(const FeatureInfo&) const = default;

  /// Rows of features of training images: first all images, then the copies, one pass after the
  /// other.
  int64_t train_rows() const { return train * (1 + copies); }
  int64_t rows() const { return train_rows() + validation; }
  uint64_t row_bytes() const { return static_cast<uint64_t>(shape.elements()) * sizeof(uint16_t); }
  /// Dataset::features: what a network that is trained on them must know.
  std::string features() const;
};

/// Returns how the images of a set are prepared, for people and for comparison.
std::string preprocessing_text(const WeightSet& set);

/// Returns a hash (SHA-256) of the images and labels of a data set, for which image files are read
/// whole.
std::string data_key(const DatasetSplits& data);

/// Returns the JSON text of a file's metadata.
std::string feature_info_text(const FeatureInfo& info);
/// Parses it. Throws Error, starting with `where`, for what is no such text, and numbers out of
/// their limits.
FeatureInfo parse_feature_info(std::string_view text, const std::string& where);

/// Returns the names of the fields in which two infos differ, for people: "weights, pool".
std::string feature_differences(const FeatureInfo& a, const FeatureInfo& b);

/// The metadata with the info.
inline constexpr const char* features_metadata = "convlab.features";

/// Returns the tensors of a file in their order: the features of the training and of the validation
/// images, then their labels.
std::vector<NewTensor> feature_tensors(const FeatureInfo& info);

}  // namespace convlab
