#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/quoted.h"
#include "pretrained/weight_set.h"

namespace convlab {

namespace {

constexpr size_t max_names = 1000;

/// Parses "2..9"; nothing if `text` is no range.
std::optional<std::pair<int, int>> parse_range(std::string_view text) {
  const size_t dots = text.find("..");
  if (dots == std::string_view::npos) return std::nullopt;
  std::pair<int, int> range;
  const auto parse = [](std::string_view digits, int& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size();
  };
  if (!parse(text.substr(0, dots), range.first) || !parse(text.substr(dots + 2), range.second))
    return std::nullopt;
  return range;
}

std::vector<std::string> alternatives(std::string_view text) {
  std::vector<std::string> all;
  if (const auto range = parse_range(text)) {
    for (int i = range->first; i <= range->second && all.size() <= max_names; ++i)
      all.push_back(std::to_string(i));
    return all;
  }
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    all.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return all;
}

}  // namespace

std::vector<std::string> expand_names(std::string_view pattern) {
  std::vector<std::string> names{""};
  for (std::string_view rest = pattern; !rest.empty();) {
    const size_t open = std::min(rest.find('{'), rest.size());
    const size_t close = rest.find('}');
    const bool is_last = open == rest.size();
    if (is_last ? close != std::string_view::npos : close == std::string_view::npos || close < open)
      fail("[pretrained] the pattern {} has a brace without its counterpart", in_quotes(pattern));
    const std::string_view plain = rest.substr(0, open);
    const std::vector<std::string> choices =
        is_last ? std::vector<std::string>{""}
                : alternatives(rest.substr(open + 1, close - open - 1));
    std::vector<std::string> longer;
    for (const std::string& name : names) {
      for (const std::string& choice : choices) {
        longer.push_back(fmt::format("{}{}{}", name, plain, choice));
        if (longer.size() > max_names)
          fail("[pretrained] the pattern {} has more than {} names", in_quotes(pattern), max_names);
      }
    }
    names = std::move(longer);
    rest = is_last ? std::string_view() : rest.substr(close + 1);
  }
  return names;
}

}  // namespace convlab
