#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace convlab {

struct PackArguments {
  std::vector<std::string> data;  ///< names and paths
  std::string out;
  std::string data_dir;
  int64_t limit = 0;  ///< images of each class; 0: all
};

/// Packs data sets for the web page and prints what is done, on a terminal with a bar.
int pack_dataset(const PackArguments& arguments);

}  // namespace convlab
