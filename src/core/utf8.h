#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace convlab {

/// The character at the start of a text in UTF-8.
struct Utf8Character {
  char32_t code = 0;  ///< U+FFFD if it is not valid
  size_t bytes = 1;   ///< length in the text; of invalid bytes, those that one U+FFFD replaces
  bool valid = true;
};

/// Whether a character controls the terminal instead of being shown.
constexpr bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

/// Decodes the first character of `text`, which must not be empty.
Utf8Character first_character(std::string_view text);

/// Returns `text` with bytes that are not UTF-8, and control characters, as %1B: safe to show in a
/// terminal and to write into JSON.
std::string escaped_utf8(std::string_view text);

}  // namespace convlab
