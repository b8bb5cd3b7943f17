#include "core/parse_number.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace convlab {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<int64_t> parse_integer(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  // LLVM's library has no from_chars for double. strtod also reads blanks, names and hexadecimals.
  if (text.empty() || text.find_first_not_of("+-.0123456789eE") != std::string_view::npos)
    return std::nullopt;
  const std::string ended(text);
  char* stop = nullptr;
  const double value = std::strtod(ended.c_str(), &stop);
  if (stop != ended.c_str() + ended.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace convlab
