#include "core/quoted.h"

#include <fmt/format.h>
#include <algorithm>
#include <cstdint>

#include "core/utf8.h"

namespace convlab {

namespace {

/// Returns the text, or only its start and end if it is long, to keep messages readable.
std::string shortened(std::string_view text) {
  constexpr size_t max = 300;
  constexpr size_t end = 100;
  if (text.size() <= max) return std::string(text);
  return fmt::format("{}...{}", text.substr(0, max - end), text.substr(text.size() - end));
}

/// Returns \u and four hexadecimal digits.
std::string hexadecimal(uint32_t unit) { return fmt::format("\\u{:04x}", unit); }

std::string escaped(char32_t code) {
  switch (code) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  if (code >= 0x20 && code < 0x7F) return {static_cast<char>(code)};
  if (code < 0x10000) return hexadecimal(code);
  const uint32_t above = code - 0x10000;  // two UTF-16 surrogates
  return hexadecimal(0xD800 + (above >> 10U)) + hexadecimal(0xDC00 + (above & 0x3FFU));
}

bool is_plain(std::string_view name) {
  constexpr size_t max = 64;
  return name.size() <= max &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

std::string in_quotes(std::string_view name) {
  const std::string text = shortened(name);
  std::string quoted = "\"";
  for (std::string_view rest = text; !rest.empty();) {
    const Utf8Character character = first_character(rest);
    quoted += escaped(character.code);
    rest.remove_prefix(character.bytes);
  }
  return quoted + "\"";
}

std::string plain_or_quoted(std::string_view name) {
  return is_plain(name) ? std::string(name) : in_quotes(name);
}

std::string in_single_quotes(std::string_view name) {
  return is_plain(name) ? fmt::format("'{}'", name) : in_quotes(name);
}

}  // namespace convlab
