#pragma once

#include <filesystem>
#include <string>

#include "data/dataset.h"

namespace convlab {

/// Whether the name of a data set is a file of features: it ends with .safetensors.
bool is_feature_file(const std::string& name);

/// Opens a data set for a network: images like load_dataset, or a file of features. Throws Error
/// like load_dataset and parse_feature_file.
DatasetSplits open_data(const std::string& name, const std::filesystem::path& data_dir);

/// Opens a data set whose images are needed. Throws Error like load_dataset, and for a file of
/// features.
DatasetSplits open_images(const std::string& name, const std::filesystem::path& data_dir);

}  // namespace convlab
