#pragma once

#include <filesystem>
#include <string>

#include "pretrained/weight_set.h"

namespace convlab {

/// Returns the path of a set's file in the user's cache; empty if there is no cache.
std::filesystem::path weights_path(const WeightSet& set);

/// Whether this is a file.
bool is_there(const std::filesystem::path& path);

/// Says how to get the file of a set.
std::string how_to_get(const WeightSet& set);

}  // namespace convlab
