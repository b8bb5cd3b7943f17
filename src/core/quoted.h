#pragma once

#include <string>
#include <string_view>

namespace convlab {

/// Formats a name from outside for a message: in quotes, with control and non-ASCII characters
/// escaped as in JSON and the middle of a long name omitted. Invalid UTF-8 is shown as U+FFFD.
std::string in_quotes(std::string_view name);

}  // namespace convlab
