#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace convlab {

/// Returns the regular plural of an English noun: "epoch" is "epochs", "class" is "classes" and
/// "batch" is "batches".
inline std::string plural(std::string_view noun) {
  const bool hisses = noun.ends_with('s') || noun.ends_with("tch") || noun.ends_with('x');
  return concat(noun, hisses ? "es" : "s");
}

/// Formats a count for a message: "1 image", "0 images", "12 batches".
template <class Count>
std::string counted(Count count, std::string_view noun) {
  return concat(count, " ", count == Count{1} ? std::string(noun) : plural(noun));
}

}  // namespace convlab
