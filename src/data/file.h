#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace convlab {

/// Returns the bytes of a regular file. Throws Error, with the file name, if it is missing, is not
/// a regular file, cannot be read or holds more than 2 GB.
std::vector<uint8_t> read_file(const std::filesystem::path& path);

}  // namespace convlab
