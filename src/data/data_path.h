#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/file_set.h"

namespace convlab {

/// Opens the files of a data set at a path: a folder; an archive, or if it is no data set itself,
/// the archives that lie in it; or an IDX file with those beside it that by their names belong to
/// it. What is compressed is inflated into the folder `cache`. Throws Error if there is nothing at
/// the path, with the name beside it that was probably meant, and like open_archive.
std::shared_ptr<const FileSet> open_path(const std::filesystem::path& path,
                                         const std::filesystem::path& cache);

/// Returns the files and folders of which open_path reads: the path itself, or the IDX files that
/// belong together.
std::vector<std::filesystem::path> files_at(const std::filesystem::path& path);

/// Returns " (did you mean 'photos'?)" for a name in `folder` that is most like `name`, of those
/// and of `known`; empty if none is like it.
std::string similar_name(const std::string& name, const std::filesystem::path& folder,
                         std::vector<std::string> known = {});

}  // namespace convlab
