#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace convlab {

/// The folders of Linux' control groups (version 2, or 1 for `controller`) that limit this process:
/// its own group and all groups around it, as far as they are visible under `root` ("/", other
/// folders in tests). A container often sees its own group as the topmost one. Empty where there
/// are no control groups.
std::vector<std::filesystem::path> control_group_folders(const std::filesystem::path& root,
                                                         std::string_view controller);

}  // namespace convlab
