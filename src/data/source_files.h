#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/byte_source.h"
#include "data/file_set.h"

namespace convlab {

/// A file of a data set, wherever its bytes are.
struct SourceFile {
  std::string path;  ///< relative, of names separated by "/"
  std::shared_ptr<const ByteSource> source;
};

/// Opens files given one by one, such as those that a page received, as if they lay in a folder
/// `name`. Throws Error for more than Archive::max_files, two files of the same path, and paths
/// that are absolute, lead out of the folder or have more than Archive::max_path_bytes.
std::shared_ptr<const FileSet> open_sources(const std::string& name, std::vector<SourceFile> files);

}  // namespace convlab
