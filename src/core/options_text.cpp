#include "core/options_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <locale>
#include <optional>
#include <sstream>
#include <type_traits>

#include "core/error.h"

namespace convlab {

namespace {

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Parses all of `text` as a T; returns nullopt if that fails.
template <class T>
std::optional<T> whole(std::string_view text) {
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  T value{};
  if (!(in >> value) || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  return value;
}

std::string value_text(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}
std::string value_text(bool value) { return value ? "true" : "false"; }
std::string value_text(int64_t value) { return std::to_string(value); }
std::string value_text(const std::string& value) { return value; }

}  // namespace

Options parse_options(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> parts;
  if (trimmed(text).empty()) return {};
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view part = trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos && !parts.empty()) {
      parts.back().second.append(",").append(part);
      continue;
    }
    const std::string_view name = trimmed(part.substr(0, equals));
    if (equals == std::string_view::npos || name.empty())
      fail("[options] '", part, "' is not an option; expected name=value,name=value");
    for (const auto& known : parts) {
      if (known.first == name) fail("[options] ", name, " is given twice in '", text, "'");
    }
    parts.emplace_back(name, trimmed(part.substr(equals + 1)));
  }
  Options options;
  for (const auto& [name, value] : parts) options.emplace_back(name, parse_option_value(value));
  return options;
}

OptionValue parse_option_value(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  if (const auto count = whole<int64_t>(text)) return *count;
  if (const auto number = whole<double>(text)) return *number;
  return std::string(text);
}

std::string option_value_text(const OptionValue& value) {
  return std::visit([](const auto& v) { return value_text(v); }, value);
}

std::string options_text(const Options& options) {
  std::string text;
  for (const auto& [name, value] : options) {
    text.append(text.empty() ? "" : ",").append(name).append("=");
    text.append(option_value_text(value));
  }
  return text;
}

}  // namespace convlab
