#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/shape.h"
#include "data/dataset.h"

namespace convlab {

/// One part of a data set: two IDX files, named without ".gz".
struct CatalogSplit {
  int64_t count = 0;  ///< images in the published files; shorter files are accepted
  std::string images;
  std::string labels;
};

/// What is known of a data set without its files; from assets/catalog.json.
struct CatalogEntry {
  std::string name;         ///< for commands and folders: "fashion-mnist"
  std::string title;        ///< for people: "Fashion-MNIST"
  std::string description;  ///< one line
  std::string source;
  std::string licence;
  std::string get;  ///< how to get the files
  Shape image;      ///< (height, width, channels)
  std::vector<std::string> class_names;
  CatalogSplit train;
  CatalogSplit test;
};

/// All known data sets, in the order in which to show them.
std::span<const CatalogEntry> catalog();
/// Throws Error, listing the known names, for an unknown one.
const CatalogEntry& find_entry(std::string_view name);

/// The variables of the environment that say where data sets are; empty when not set.
struct DataEnvironment {
  std::string convlab_data;    ///< CONVLAB_DATA
  std::string xdg_cache_home;  ///< XDG_CACHE_HOME
  std::string home;            ///< HOME
};
DataEnvironment process_environment();

/// The folders in which to look for data set `name`, first to last: data_dir/name and data_dir
/// alone when a data_dir is given, else $CONVLAB_DATA/name, the user's cache and the system's
/// folders.
std::vector<std::filesystem::path> search_paths(std::string_view name,
                                                const std::filesystem::path& data_dir,
                                                const DataEnvironment& environment);

/// Reads data set `name` from the first of its search_paths that holds all four files, plain or
/// .gz. Throws Error for an unknown name; for missing files, saying which were looked for where and
/// how to get them; for damaged ones as parse_idx_images does; and for files whose images or
/// counts do not fit the catalog or each other.
DatasetSplits load_dataset(std::string_view name, const std::filesystem::path& data_dir = {},
                           const DataEnvironment& environment = process_environment());

}  // namespace convlab
