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
/// 75 s: "1:15"; from an hour on "1:02:03".
std::string duration(double seconds);

}  // namespace convlab
