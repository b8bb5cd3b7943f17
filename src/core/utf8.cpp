#include "core/utf8.h"

namespace convlab {

namespace {

unsigned char byte_at(std::string_view text, size_t index) {
  return static_cast<unsigned char>(text[index]);
}

/// Returns whether the second byte of a character is valid, which depends on the first: others
/// would encode surrogates, code points above U+10FFFF, or more briefly encoded characters.
bool is_second(unsigned char first, unsigned char second) {
  if (first == 0xE0) return second >= 0xA0 && second <= 0xBF;
  if (first == 0xED) return second >= 0x80 && second <= 0x9F;
  if (first == 0xF0) return second >= 0x90 && second <= 0xBF;
  if (first == 0xF4) return second >= 0x80 && second <= 0x8F;
  return second >= 0x80 && second <= 0xBF;
}

}  // namespace

Utf8Character first_character(std::string_view text) {
  constexpr char32_t replacement = 0xFFFD;
  const unsigned char first = byte_at(text, 0);
  if (first < 0x80) return {.code = first};
  if (first < 0xC2 || first > 0xF4) return {.code = replacement, .valid = false};
  const size_t bytes = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t code = first & (0x7FU >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    const bool valid = i < text.size() && (i == 1 ? is_second(first, byte_at(text, i))
                                                  : (byte_at(text, i) & 0xC0U) == 0x80U);
    if (!valid) return {.code = replacement, .bytes = i, .valid = false};
    code = (code << 6U) | (byte_at(text, i) & 0x3FU);
  }
  return {.code = code, .bytes = bytes};
}

std::string escaped_utf8(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string escaped;
  while (!text.empty()) {
    const auto [code, bytes, valid] = first_character(text);
    if (valid && !is_control(code)) {
      escaped.append(text.substr(0, bytes));
    } else {
      for (size_t i = 0; i < bytes; ++i)
        escaped.append({'%', digits[byte_at(text, i) >> 4U], digits[byte_at(text, i) & 15U]});
    }
    text.remove_prefix(bytes);
  }
  return escaped;
}

}  // namespace convlab
