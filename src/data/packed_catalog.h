#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/shape.h"
#include "data/formats/shard.h"

namespace convlab {

/// A file with a shard.
struct PackedShard {
  std::string file;  ///< below the folder of the catalog: "mnist/train-0000.bin.gz"
  int64_t count = 0;
  uint64_t bytes = 0;  ///< size of the file
  ShardCheck used;     ///< of its bytes as they are used
};

/// The training or the test images of a packed data set.
struct PackedSplit {
  int64_t count = 0;
  uint64_t bytes = 0;  ///< of all files
  std::vector<PackedShard> shards;
};

/// A data set that was packed for the web page.
struct PackedDataset {
  std::string name;
  std::string title;
  std::string description;
  std::string source;
  std::string licence;
  std::string get;  ///< how to get the published files
  ShardKind kind = ShardKind::pixels;
  Shape image;  ///< (height, width, channels)
  std::vector<std::string> class_names;
  std::vector<double> mean;       ///< of the training images, per channel, 0 to 255
  std::vector<double> deviation;  ///< standard deviation alike
  PackedSplit train;
  PackedSplit test;
  std::string made_from;  ///< a hash of the files that were packed, their names and times
};

/// Reads the catalog of a folder of packed data sets (docs/files.md). Throws Error, with `source`
/// and the data set, for invalid JSON, more than 16 MiB, members that are missing or out of range,
/// and files outside of the data set's folder.
std::vector<PackedDataset> parse_packed_catalog(std::string_view text, const std::string& source);

/// Returns the text of a catalog, which parse_packed_catalog reads.
std::string packed_catalog_text(std::span<const PackedDataset> datasets);

/// Whether `name` may be that of a packed data set: 1 to 100 letters, digits, "-", "_" and ".",
/// the first a letter or digit.
bool is_pack_name(std::string_view name);

}  // namespace convlab
