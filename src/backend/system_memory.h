#pragma once

#include <cstdint>
#include <filesystem>

namespace convlab {

/// Bytes that the process can still take without swapping: a MemorySource for make_backend.
uint64_t system_memory_left();

/// The same as Linux tells it below `root`: MemAvailable of proc/meminfo or, where it is less, what
/// the control group leaves. The largest number where neither is known.
uint64_t linux_memory_left(const std::filesystem::path& root);

}  // namespace convlab
