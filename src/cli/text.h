#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace convlab {

/// 0.12345 with two digits: "0.12".
std::string fixed(double value, int digits);
/// 0.9876: "98.76 %".
std::string percent(double fraction);
/// 12345.6: "12,346".
std::string with_commas(double value);
/// 2252.8: "2.2 KiB", up to TiB; below 1024 "512 B".
std::string bytes_text(uint64_t bytes);
/// Characters of UTF-8.
size_t columns_of(std::string_view text);
/// Text from column `indent` on in lines of at most 80 columns, broken at spaces, those after the
/// first with `indent` spaces before them.
std::string wrapped(std::string_view text, size_t indent);
/// 75 s: "1:15"; from an hour on "1:02:03".
std::string duration(double seconds);

}  // namespace convlab
