#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>

#include "data/memory_dataset.h"

namespace convlab {

/// Data sets whose images arrive later, in shards (formats/shard.h), and are kept as long as
/// somebody uses them.
class ArrivingData {
 public:
  /// Returns a data set without images, as they are described in the catalog. Throws Error for an
  /// unknown name.
  DatasetSplits open(const std::string& name);
  /// Appends a shard to the data set that was opened last under this name, and returns whether
  /// somebody still uses it; if not, does nothing. Throws Error and changes nothing if the shard is
  /// invalid or of other images.
  bool append(const std::string& name, bool train, std::span<const uint8_t> shard,
              const std::string& source);

 private:
  struct Splits {
    std::weak_ptr<MemoryDataset> train;
    std::weak_ptr<MemoryDataset> test;
  };
  std::map<std::string, Splits> opened_;
};

}  // namespace convlab
