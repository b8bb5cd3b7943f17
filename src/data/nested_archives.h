#pragma once

#include <filesystem>
#include <memory>

#include "data/file_set.h"

namespace convlab {

/// Opens the archives (.zip, .tar, .tar.gz, .tgz) that lie in an archive, as if each were a folder
/// of its name without the ending: caltech-101.zip, for one, has 101_ObjectCategories.tar.gz and
/// Annotations.tar in it. Those in these are not opened. What is compressed is inflated into the
/// folder `cache` unless it is there already; all together may inflate to what InflateLimit allows
/// for the file. Returns null if there are none. Throws Error like open_archive, and for more than
/// 16.
std::shared_ptr<const FileSet> open_nested_archives(const std::filesystem::path& file,
                                                    const std::filesystem::path& cache);

}  // namespace convlab
