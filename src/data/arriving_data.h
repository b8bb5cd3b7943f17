#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_source.h"
#include "data/memory_dataset.h"
#include "data/packed_catalog.h"
#include "data/sharded_dataset.h"

namespace convlab {

/// Where the image files of shards that have arrived are kept.
struct ShardStore {
  /// Keeps the bytes of one shard under its name.
  std::function<std::shared_ptr<const ByteSource>(std::string name, std::vector<uint8_t> bytes)>
      keep = memory_source;
  uint64_t max_bytes = uint64_t{512} << 20U;  ///< of one data set, also of pixels
};

/// Data sets whose images arrive later, in shards (formats/shard.h), and are kept as long as
/// somebody uses them.
class ArrivingData {
 public:
  explicit ArrivingData(ShardStore store = {}) : store_(std::move(store)) {}

  /// Says which data sets can arrive, in place of those named before: the text of a catalog.
  /// Throws Error like parse_packed_catalog and then changes nothing.
  void describe(std::string_view catalog, const std::string& source);
  /// Returns a data set without images, as the catalog describes it; before there is one, as
  /// data/catalog.h does. Throws Error for a data set that cannot arrive, with how to get it, and
  /// for one that is larger than the store.
  DatasetSplits open(const std::string& name);
  /// Appends the shard `file` of the catalog to the data set that was opened last under this name
  /// and is still used, and returns whether there is one; if not, does nothing. `bytes` may be
  /// those of the file or those that it inflates to. Throws Error, with `source`, and changes
  /// nothing if they do not have the SHA-256 of the catalog, or are not the next images of the data
  /// set.
  bool append(const std::string& name, const std::string& file, std::span<const uint8_t> bytes,
              const std::string& source);

 private:
  struct Part {
    std::weak_ptr<MemoryDataset> pixels;
    std::weak_ptr<ShardedDataset> encoded;
    static bool is_unused(const Part& part) {
      return part.pixels.expired() && part.encoded.expired();
    }
  };
  /// The parts of data sets that were opened under one name, the latest last.
  struct Opened {
    std::vector<Part> train;
    std::vector<Part> test;
  };
  const PackedDataset* find(const std::string& name) const;
  std::shared_ptr<const Dataset> make(const PackedDataset& packed, const PackedSplit& split,
                                      Part& part) const;
  bool append_to(const std::vector<Part>& parts, const PackedDataset& packed,
                 const PackedShard& shard, std::span<const uint8_t> bytes,
                 const std::string& source) const;

  ShardStore store_;
  std::optional<std::vector<PackedDataset>> described_;
  std::map<std::string, Opened> opened_;
};

}  // namespace convlab
