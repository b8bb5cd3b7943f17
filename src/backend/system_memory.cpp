#include "backend/system_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace convlab {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t unknown = std::numeric_limits<uint64_t>::max();

/// Reads the number that follows the word `name` in a file, or the first number if `name` is empty.
std::optional<uint64_t> number(const fs::path& file, std::string_view name) {
  std::ifstream in(file);
  std::string word;
  while (word != name && in >> word) {
  }
  uint64_t value = 0;
  if (in >> value) return value;
  return std::nullopt;
}

/// Memory left in the control group (version 2), which limits a container. File pages are reclaimed
/// on demand, so only anonymous pages count as used.
uint64_t control_group_left(const fs::path& folder) {
  const auto max =
      number(folder / "memory.max", "");  // contains the word "max" if there is no limit
  if (!max) return unknown;
  const uint64_t used = number(folder / "memory.stat", "anon").value_or(0);
  return *max - std::min(*max, used);
}

}  // namespace

uint64_t system_memory_left() { return linux_memory_left("/"); }

uint64_t linux_memory_left(const fs::path& root) {
  constexpr uint64_t kilobyte = 1024;
  const auto available = number(root / "proc/meminfo", "MemAvailable:");
  return std::min(available ? *available * kilobyte : unknown,
                  control_group_left(root / "sys/fs/cgroup"));
}

}  // namespace convlab
