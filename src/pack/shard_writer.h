#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "data/dataset.h"
#include "data/packed_catalog.h"

namespace convlab {

/// Writes the images of a data set as shards of at most max_shard_bytes (a larger image has one of
/// its own), in their order, into `folder`: PART-0000.bin.gz, or .bin where gzip saves less than a
/// tenth. Returns what a catalog lists, with files named NAME/PART-0000.bin.gz. Calls `progress`
/// with the number of images written so far. Throws Error for an image that cannot be read, and if
/// a file cannot be written.
PackedSplit write_shards(const Dataset& dataset, const std::string& name, const std::string& part,
                         const std::filesystem::path& folder,
                         const std::function<void(int64_t images)>& progress);

/// Returns the kind of shards that a data set becomes.
ShardKind shard_kind(const Dataset& dataset);

}  // namespace convlab
