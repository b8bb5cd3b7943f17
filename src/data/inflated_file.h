#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/byte_source.h"

namespace convlab {

/// Returns the first `count` bytes that a gzip file inflates to, or fewer if it is damaged or
/// short.
std::vector<uint8_t> inflated_start(const ByteSource& source, size_t count);

/// Inflates a gzip file into a file of the folder `cache`, unless it is there already from before,
/// and returns that file's path. It is found again by name, size and time of the last change. Other
/// files in the cache that were made from an older version of it are deleted. Throws Error if the
/// file is damaged, inflates to more than 64 GiB, or cannot be written; then nothing is left
/// behind.
std::filesystem::path inflated_file(const std::filesystem::path& file,
                                    const std::filesystem::path& cache);

}  // namespace convlab
