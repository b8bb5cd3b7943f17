#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Where things stand in JSON that a person wrote: for messages, so only looked for once something
/// is wrong.
namespace convlab {

/// The way from the root to a value: keys of objects and indices of lists, {"layers", "2", "kind"}.
using JsonPath = std::vector<std::string>;

/// The byte of `text`, which is valid JSON, at which the value at `path` begins; where the path
/// leads to nothing, that of the innermost value on its way.
size_t json_position(std::string_view text, const JsonPath& path);

/// "line 3, column 14": both from 1, columns in characters.
std::string line_and_column(std::string_view text, size_t byte);

}  // namespace convlab
