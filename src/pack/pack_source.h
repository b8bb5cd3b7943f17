#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/catalog.h"
#include "data/packed_catalog.h"

namespace convlab {

/// A data set to pack.
struct PackSource {
  std::string data;  ///< name or path, as of load_dataset
  /// Folders to search one after another; an empty one stands for the default folders.
  std::vector<std::filesystem::path> data_dirs = {{}};
};

/// The name under which a data set is packed: its own, or that of a file or folder without the
/// ending of an archive, with "-" for characters that is_pack_name refuses.
std::string pack_name(const std::string& data);

/// The folder of `source` in which its files are; the first if they are in none.
std::filesystem::path find_data_dir(const PackSource& source, const DataEnvironment& environment);

/// What a catalog says of a data set apart from its images.
PackedDataset describe_pack(const std::string& data);

/// A hash of what a pack is made from: names, sizes and times of the files, the description, and
/// the number of images of each class. It changes when the files or the format of packs change.
std::string pack_fingerprint(const PackedDataset& description,
                             const std::vector<std::filesystem::path>& files, int64_t limit);

}  // namespace convlab
