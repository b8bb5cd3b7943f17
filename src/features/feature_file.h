#pragma once

#include <memory>
#include <span>
#include <string>

#include "core/byte_source.h"
#include "data/dataset.h"
#include "features/feature_info.h"

/// Files of features (docs/files.md): safetensors with the features of a data set's images.
namespace convlab {

struct FeatureFile {
  FeatureInfo info;
  DatasetSplits data;  ///< of FeatureDataset, which read the rest of the file when it is needed
};

/// The largest number of rows whose labels are read.
constexpr int64_t max_feature_rows = int64_t{1} << 26;

/// Reads all but the features. Throws Error, with the name of the source, for what is no such file
/// and one that is damaged: all tensors that are missing or have another shape or type are named.
FeatureFile parse_feature_file(const std::shared_ptr<const ByteSource>& source);

/// Returns the info of a file that need not be whole, from its first bytes. Throws Error like
/// parse_feature_file.
FeatureInfo parse_begun_features(std::span<const uint8_t> start, const std::string& source);

/// The bytes that parse_begun_features needs at most.
constexpr uint64_t max_feature_start_bytes = (uint64_t{16} << 20U) + 8;

}  // namespace convlab
