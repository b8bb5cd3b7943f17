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

/// The number that follows the word `name` in a file, or begins it where the name is empty.
std::optional<uint64_t> number(const fs::path& file, std::string_view name) {
  std::ifstream in(file);
  std::string word;
  while (word != name && in >> word) {
  }
  uint64_t value = 0;
  if (in >> value) return value;
  return std::nullopt;
}

/// Of the control group (version 2) that a container sees as the whole machine. Pages of files are
/// given back on demand, so only the others count as used.
uint64_t control_group_left(const fs::path& folder) {
  const auto max = number(folder / "memory.max", "");  // the word "max" where there is no limit
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
