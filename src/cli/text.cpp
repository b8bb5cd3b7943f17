#include "cli/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

std::string fixed(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string percent(double fraction) { return fixed(100 * fraction, 2) + " %"; }

std::string with_commas(double value) {
  std::string text = fixed(value, 0);
  for (size_t end = text.size(); end > 3 && text[end - 4] != '-'; end -= 3)
    text.insert(end - 3, ",");
  return text;
}

std::string with_commas(double value, std::string_view noun) {
  const std::string text = with_commas(value);
  return concat(text, " ", text == "1" ? std::string(noun) : plural(noun));
}

std::string bytes_text(uint64_t bytes) {
  constexpr std::array units{" KiB", " MiB", " GiB", " TiB"};
  constexpr double step = 1024;
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / step;
  size_t unit = 0;
  for (; value >= step && unit + 1 < units.size(); ++unit) value /= step;
  return fixed(value, 1) + units[unit];
}

size_t columns_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string wrapped(std::string_view text, size_t indent) {
  constexpr size_t width = 80;
  std::string lines;
  size_t column = indent;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    begin = end + 1;
    if (column == indent) {
      column += columns_of(word);
    } else if (column + 1 + columns_of(word) > width) {
      lines.append("\n").append(indent, ' ');
      column = indent + columns_of(word);
    } else {
      lines += ' ';
      column += 1 + columns_of(word);
    }
    lines += word;
  }
  return lines;
}

std::string duration(double seconds) {
  const auto whole = static_cast<int64_t>(std::lround(std::clamp(seconds, 0.0, 1e9)));
  std::array<char, 64> text{};
  const auto part = [](int64_t value) { return static_cast<long long>(value); };
  if (whole < 3600) {
    std::snprintf(text.data(), text.size(), "%lld:%02lld", part(whole / 60), part(whole % 60));
  } else {
    std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", part(whole / 3600),
                  part(whole / 60 % 60), part(whole % 60));
  }
  return text.data();
}

}  // namespace convlab
