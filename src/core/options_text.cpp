#include "core/options_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/parse_number.h"
#include "core/quoted.h"

namespace convlab {

Options parse_options(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> parts;
  std::set<std::string_view> names;
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
      fail("[options] {} is not an option; expected name=value,name=value", in_single_quotes(part));
    if (!names.insert(name).second) {
      fail("[options] {} is given twice in {}", plain_or_quoted(name), in_single_quotes(text));
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
  if (const auto count = parse_integer(text)) return *count;
  if (const auto number = parse_number(text)) return *number;
  return std::string(text);
}

std::string option_value_text(const OptionValue& value) {
  return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
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
