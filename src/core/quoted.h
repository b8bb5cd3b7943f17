#pragma once

#include <string>
#include <string_view>

namespace convlab {

/// Formats a name from outside for a message: in quotes, with control and non-ASCII characters
/// escaped as in JSON and the middle of a long name omitted. Invalid UTF-8 is shown as U+FFFD.
std::string in_quotes(std::string_view name);

/// Returns a name as it is if it has at most 64 bytes, all of them printable ASCII; otherwise as
/// in_quotes does.
std::string plain_or_quoted(std::string_view name);

/// The same, but with a name that plain_or_quoted does not change as 'name'.
std::string in_single_quotes(std::string_view name);

}  // namespace convlab
