#pragma once

#include <cstddef>
#include <string_view>

namespace convlab {

/// The character at the start of a text in UTF-8.
struct Utf8Character {
  char32_t code = 0;  ///< U+FFFD if it is not valid
  size_t bytes = 1;   ///< length in the text; of invalid bytes, those that one U+FFFD replaces
  bool valid = true;
};

/// Decodes the first character of `text`, which must not be empty.
Utf8Character first_character(std::string_view text);

}  // namespace convlab
