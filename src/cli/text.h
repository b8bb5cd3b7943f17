#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace convlab {

/// Formats with a fixed number of decimals: 0.12345 with two digits is "0.12".
std::string fixed(double value, int digits);
/// Formats a fraction as percent: 0.9876 is "98.76 %".
std::string percent(double fraction);
/// Rounds and groups digits: 12345.6 is "12,346".
std::string with_commas(double value);
/// The same with a noun: 1 is "1 image", 12345.6 is "12,346 images".
std::string with_commas(double value, std::string_view noun);
/// Formats bytes with a unit up to TiB: 512 is "512 B", 2253 is "2.2 KiB".
std::string bytes_text(uint64_t bytes);
/// Returns the number of UTF-8 characters.
size_t columns_of(std::string_view text);
/// Wraps text at spaces to lines of at most 80 columns. The first line is assumed to start at
/// column `indent`; the others are indented by that many spaces.
std::string wrapped(std::string_view text, size_t indent);
/// Formats seconds as minutes and seconds, "1:15"; from one hour as "1:02:03".
std::string duration(double seconds);

}  // namespace convlab
