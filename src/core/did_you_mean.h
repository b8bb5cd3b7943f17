#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace convlab {

/// Returns " (did you mean 'conv2d'?)" for the known name that is most like `name`, for an error
/// message, or nothing if none is like it. Case, hyphens and underscores make no difference; up to
/// a third of the letters may be wrong, missing, added or swapped with a neighbour, and one name
/// may be the beginning of the other. Names of more than 64 bytes, or with control characters, are
/// not suggested.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& known);

}  // namespace convlab
