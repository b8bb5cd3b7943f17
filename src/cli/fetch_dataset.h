#pragma once

#include <string>

namespace convlab {

/// Where convlab datasets fetch downloads to and from.
struct FetchArguments {
  std::string name;      ///< of a data set
  std::string data_dir;  ///< the files go into data_dir/name; empty: the user's cache
};

/// Downloads the files of a data set and prints progress. Returns the exit status.
int fetch_dataset(const FetchArguments& arguments);

}  // namespace convlab
