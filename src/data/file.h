#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace convlab {

constexpr uintmax_t max_file_bytes = uintmax_t{1} << 31;

/// Returns the bytes of a regular file. Throws Error, with the file name, if it is missing, is not
/// a regular file, cannot be read or holds more than `max` bytes; the size is checked before any
/// memory is allocated.
std::vector<uint8_t> read_file(const std::filesystem::path& path, uintmax_t max = max_file_bytes);

/// The first bytes of a file, and the number of bytes it has.
struct FileStart {
  std::vector<uint8_t> bytes;
  uintmax_t size = 0;
};
/// Returns the first `count` bytes of a regular file, or all if it has fewer. Throws Error like
/// read_file. For formats whose first bytes tell whether the rest is worth reading.
FileStart read_start(const std::filesystem::path& path, size_t count);

}  // namespace convlab
