#pragma once

#include <cstdint>
#include <filesystem>

namespace convlab {

/// Returns the number of bytes that the process can still allocate without swapping: a MemorySource
/// for make_backend.
uint64_t system_memory_left();

/// The same for Linux, reading the files below `root`: the smaller of MemAvailable in proc/meminfo
/// and the memory left in the control group. Returns the largest uint64_t if neither is known.
uint64_t linux_memory_left(const std::filesystem::path& root);

}  // namespace convlab
