#pragma once

#include <fmt/base.h>

#include <string>
#include <string_view>

namespace convlab {

/// Returns the regular plural of an English noun: "epoch" is "epochs", "class" is "classes" and
/// "batch" is "batches".
std::string plural(std::string_view noun);

/// Formats the number in `count` with the noun, which is singular if `is_one`.
std::string number_with_noun(fmt::format_args count, bool is_one, std::string_view noun);

/// Formats a count for a message: "1 image", "0 images", "12 batches", "0.5 epochs".
template <class Count>
std::string counted(Count count, std::string_view noun) {
  return number_with_noun(fmt::make_format_args(count), count == Count{1}, noun);
}

}  // namespace convlab
