#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "data/packed_catalog.h"
#include "pack/pack_source.h"

namespace convlab {

struct PackOptions {
  std::filesystem::path out;
  int64_t limit = 0;          ///< images of each class and part; 0: all
  bool skip_missing = false;  ///< leave out data sets that are not found, unless none is
  DataEnvironment environment = process_environment();
};

/// Hears what pack_datasets does.
class PackListener {
 public:
  virtual ~PackListener() = default;
  virtual void up_to_date(const PackedDataset& packed) = 0;
  /// A data set that is not found; `why` says where it was looked for and how to get it.
  virtual void left_out(const std::string& why) = 0;
  /// Reading a data set, which may take a while, begins.
  virtual void reading(const std::string& name) = 0;
  virtual void progress(const std::string& name, int64_t done, int64_t images) = 0;
  virtual void packed(const PackedDataset& packed) = 0;
};

/// Packs data sets for the web page: writes OUT/catalog.json and the shards OUT/NAME/{train,test}-
/// NNNN.bin[.gz] (docs/files.md). What is up to date stays as it is, as do entries of the catalog
/// that are of other data sets. A data set that is damaged leaves its old pack as it was; files are
/// written whole or not at all; shards that are no longer listed are deleted. Throws Error like
/// load_dataset, for two data sets of one name, and if files cannot be written.
void pack_datasets(std::span<const PackSource> sources, const PackOptions& options,
                   PackListener& listener);

}  // namespace convlab
