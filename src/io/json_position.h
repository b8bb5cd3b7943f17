#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Positions in JSON text for error messages, computed only after an error has been found.
namespace convlab {

/// The path from the root to a value: keys of objects and indices of lists, {"layers", "2",
/// "kind"}.
using JsonPath = std::vector<std::string>;

/// Returns the byte offset in `text`, which must be valid JSON, at which the value at `path`
/// starts. If there is no such value, returns the offset of the innermost existing value on the
/// path.
size_t json_position(std::string_view text, const JsonPath& path);

/// "line 3, column 14": both counted from 1, columns in characters.
std::string line_and_column(std::string_view text, size_t byte);

}  // namespace convlab
