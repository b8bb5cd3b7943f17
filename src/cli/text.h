#pragma once

#include <cstdint>
#include <string>

namespace convlab {

/// 0.12345 with two digits: "0.12".
std::string fixed(double value, int digits);
/// 0.9876: "98.76 %".
std::string percent(double fraction);
/// 12345.6: "12,346".
std::string with_commas(double value);
/// 2252.8: "2.2 KiB", up to TiB; below 1024 "512 B".
std::string bytes_text(uint64_t bytes);
/// 75 s: "1:15"; from an hour on "1:02:03".
std::string duration(double seconds);

}  // namespace convlab
