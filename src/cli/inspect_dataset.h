#pragma once

#include <string>

namespace convlab {

/// What convlab datasets inspect reads and writes.
struct InspectArguments {
  std::string data;  ///< name or path of a data set
  std::string data_dir;
  std::string mean_image;  ///< PNG file to write, or empty
  std::string json;        ///< file for the results, "-" for standard output, or empty
};

/// Reads all images of a data set and prints what there is to know about them. Returns the exit
/// status.
int inspect_dataset(const InspectArguments& arguments);

}  // namespace convlab
