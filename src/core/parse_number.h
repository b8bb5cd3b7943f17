#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace convlab {

/// Returns `text` without blanks at its ends: spaces, tabs and line ends.
std::string_view trimmed(std::string_view text);

/// Parses all of `text` as a whole number in digits: "128", "-1", "+3". Returns nullopt for any
/// other text and for a number that an int64_t cannot hold.
std::optional<int64_t> parse_integer(std::string_view text);

/// Parses all of `text` as a finite decimal number: "0.9", "1e-4", "-3". Returns nullopt for any
/// other text, also for "nan", "inf" and hexadecimal digits.
std::optional<double> parse_number(std::string_view text);

}  // namespace convlab
