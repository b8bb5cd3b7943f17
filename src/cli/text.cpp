#include "cli/text.h"

#include <algorithm>

namespace convlab {

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

}  // namespace convlab
