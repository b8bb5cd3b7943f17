#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace convlab {

/// Writes a file atomically: `path` always holds either its previous contents or all of `bytes`.
/// Writes a temporary file PATH.PID.tmp in the same folder, flushes it to the disk and renames it;
/// deletes those that killed processes have left behind. Follows symbolic links and keeps the
/// permissions of a file that is replaced. If writing fails, throws Error with the file name and
/// leaves `path` unchanged.
void write_file(const std::filesystem::path& path, std::span<const uint8_t> bytes);

/// Throws Error if write_file(path, …) would fail: no such folder, no permission, or `path` exists
/// and is write-protected or not a regular file. Changes nothing, except that it deletes temporary
/// files like write_file.
void check_writable(const std::filesystem::path& path);

}  // namespace convlab
