#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace convlab {

/// Returns the number of UTF-8 characters.
size_t columns_of(std::string_view text);
/// Wraps text at spaces to lines of at most 80 columns. The first line is assumed to start at
/// column `indent`; the others are indented by that many spaces.
std::string wrapped(std::string_view text, size_t indent);

}  // namespace convlab
