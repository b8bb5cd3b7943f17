#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Numbers for people, the same in the command, the window and the page (web/format.js).
namespace convlab {

/// Stands for a value that is missing or not finite.
inline constexpr std::string_view no_value = "–";

/// Formats a fraction as percent: 0.9876 is "98.76 %"; no_value if it is not finite.
std::string percent(double fraction);
/// Formats what a network predicts for a class: a probability as percent, another output with four
/// decimals.
std::string score_text(double score, bool is_probability);
/// Formats a loss with four decimals, "0.0123"; "NaN" if it is not finite.
std::string loss_text(double loss);
/// Rounds and groups digits: 12345.6 is "12,346".
std::string with_commas(double value);
/// The same with a noun: 1 is "1 image", 12345.6 is "12,346 images".
std::string with_commas(double value, std::string_view noun);
/// Formats bytes with a unit up to TiB: 512 is "512 B", 2253 is "2.2 KiB".
std::string bytes_text(uint64_t bytes);
/// Formats seconds as minutes and seconds, "1:15"; from one hour as "1:02:03"; no_value if they are
/// negative or not finite.
std::string duration(double seconds);

}  // namespace convlab
