#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "data/catalog.h"
#include "net/fetch_files.h"

namespace convlab {

/// Where convlab datasets fetch downloads to and from.
struct FetchArguments {
  std::string name;      ///< of a data set
  std::string data_dir;  ///< the files go into data_dir/name; empty: the user's cache
};

/// Downloads the files of a data set and prints progress. Returns the exit status.
int fetch_dataset(const FetchArguments& arguments);

/// The same for the downloads of any entry, to `folder`. When all have arrived, `check` throws
/// Error if they are not as expected, or returns who finds them, for the last line. `excerpt` as in
/// FetchOptions.
int fetch_entry(const CatalogEntry& entry, const std::filesystem::path& folder,
                const std::function<std::string()>& check,
                const std::optional<Excerpt>& excerpt = std::nullopt);

}  // namespace convlab
