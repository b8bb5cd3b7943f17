#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace convlab {

/// Writes a file such that `path` holds either what it held before or all of `bytes`, whatever
/// happens: to a temporary name beside it, flushed to the disk, renamed. Throws Error, naming the
/// file, and leaves `path` as it was.
void write_file(const std::filesystem::path& path, std::span<const uint8_t> bytes);

/// Throws Error if write_file(path, …) could not work: no such folder, no permission, or something
/// other than a regular file in its place. Leaves everything as it was.
void check_writable(const std::filesystem::path& path);

}  // namespace convlab
