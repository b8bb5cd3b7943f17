#include "core/counted.h"

#include <fmt/format.h>

namespace convlab {

std::string plural(std::string_view noun) {
  const bool hisses = noun.ends_with('s') || noun.ends_with("tch") || noun.ends_with('x');
  return fmt::format("{}{}", noun, hisses ? "es" : "s");
}

std::string number_with_noun(fmt::format_args count, bool is_one, std::string_view noun) {
  return fmt::format("{} {}", fmt::vformat("{}", count), is_one ? std::string(noun) : plural(noun));
}

}  // namespace convlab
