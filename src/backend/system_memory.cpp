#include "backend/system_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "backend/control_groups.h"

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

/// Memory left in one control group, version 2 or 1. File pages are reclaimed on demand, so only
/// anonymous pages count as used.
uint64_t left_in(const fs::path& group) {
  auto max = number(group / "memory.max", "");  // contains the word "max" if there is no limit
  auto used = number(group / "memory.stat", "anon");
  if (!max) {
    max = number(group / "memory.limit_in_bytes", "");
    used = number(group / "memory.stat", "total_rss");
  }
  if (!max) return unknown;
  return *max - std::min(*max, used.value_or(0));
}

}  // namespace

uint64_t system_memory_left() { return linux_memory_left("/"); }

uint64_t linux_memory_left(const fs::path& root) {
  constexpr uint64_t kilobyte = 1024;
  const auto available = number(root / "proc/meminfo", "MemAvailable:");
  uint64_t left = available ? *available * kilobyte : unknown;
  for (const fs::path& group : control_group_folders(root, "memory"))
    left = std::min(left, left_in(group));
  return left;
}

}  // namespace convlab
