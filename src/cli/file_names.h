#pragma once

#include <string>
#include <vector>

namespace convlab {

/// A file that an option names. Empty names (options that were not given) and "-" are left out.
struct NamedFile {
  std::string option;  ///< "--save"
  std::string name;
};

/// Throws Error if an output is also an input or another output, by whatever name: relative,
/// through links, or before it exists; or if it would replace a file within a folder that is an
/// input, unless its name ends as those that convlab writes. Nothing is read or written.
void check_file_names(const std::vector<NamedFile>& inputs, const std::vector<NamedFile>& outputs);

/// The files of a data set that is on this machine, as inputs; none if it is not found.
std::vector<NamedFile> data_files(const std::string& data, const std::string& data_dir);

}  // namespace convlab
