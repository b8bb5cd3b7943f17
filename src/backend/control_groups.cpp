#include "backend/control_groups.h"

#include <fstream>
#include <string>

namespace convlab {

namespace fs = std::filesystem;

namespace {

/// Whether a comma-separated list of controllers, as in "cpu,cpuacct", has `name`.
bool has_controller(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    if (list.substr(0, end) == name) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

/// `group` below `mount`, and every folder between.
void append_group(const fs::path& mount, const fs::path& group, std::vector<fs::path>& folders) {
  std::error_code ignored;
  if (!fs::is_directory(mount, ignored)) return;
  folders.push_back(mount);
  fs::path folder = mount;
  for (const fs::path& part : group.relative_path()) {
    if (part == ".." || part == ".") return;
    folder /= part;
    if (!fs::is_directory(folder, ignored)) return;
    folders.push_back(folder);
  }
}

}  // namespace

std::vector<fs::path> control_group_folders(const fs::path& root, std::string_view controller) {
  const fs::path mounts = root / "sys/fs/cgroup";
  std::vector<fs::path> folders;
  std::ifstream in(root / "proc/self/cgroup");
  // Lines are "hierarchy:controllers:/group"; version 2 has hierarchy 0 and no controllers.
  for (std::string line; std::getline(in, line);) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) {
      append_group(mounts, group, folders);
      append_group(mounts / "unified", group, folders);
    } else if (has_controller(controllers, controller)) {
      append_group(mounts / controllers, group, folders);
      if (controllers != controller) append_group(mounts / controller, group, folders);
    }
  }
  if (folders.empty()) append_group(mounts, {}, folders);
  return folders;
}

}  // namespace convlab
