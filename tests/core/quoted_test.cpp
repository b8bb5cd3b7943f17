#include "core/quoted.h"

#include <catch2/catch_test_macros.hpp>

#include "core/utf8.h"

namespace convlab {

TEST_CASE("in_quotes: escapes as JSON does, so that a name cannot forge a message") {
  CHECK(in_quotes("") == "\"\"");
  CHECK(in_quotes("conv 1") == "\"conv 1\"");
  CHECK(in_quotes("a\"b\\") == R"("a\"b\\")");
  CHECK(in_quotes("\b\f\n\r\t\x1b\x7f") == R"("\b\f\n\r\t\u001b\u007f")");
  CHECK(in_quotes("größe") == R"("gr\u00f6\u00dfe")");
  CHECK(in_quotes("猫") == R"("\u732b")");
  CHECK(in_quotes("😀") == R"("\ud83d\ude00")");
}

TEST_CASE("in_quotes: invalid UTF-8 is replaced") {
  // A lone continuation byte; overlong; a surrogate; above U+10FFFF; cut off after three of four.
  CHECK(in_quotes("a\x80z") == R"("a\ufffdz")");
  CHECK(in_quotes("\xC0\xAF") == R"("\ufffd\ufffd")");
  CHECK(in_quotes("\xED\xA0\x80") == R"("\ufffd\ufffd\ufffd")");
  CHECK(in_quotes("\xF4\x90\x80\x80") == R"("\ufffd\ufffd\ufffd\ufffd")");
  CHECK(in_quotes("\xF0\x9F\x98") == R"("\ufffd")");
}

TEST_CASE("in_quotes: the middle of a long name is omitted") {
  const std::string name = std::string(1000, 'a') + std::string(1000, 'z');
  CHECK(in_quotes(name) == "\"" + std::string(200, 'a') + "..." + std::string(100, 'z') + "\"");
}

TEST_CASE("in_single_quotes: a name that is not short printable ASCII is shown as by in_quotes") {
  CHECK(in_single_quotes("a b\"") == "'a b\"'");
  CHECK(plain_or_quoted("a b\"") == "a b\"");
  CHECK(plain_or_quoted("\x1f") == R"("\u001f")");
  CHECK(in_single_quotes(std::string(64, 'a')) == "'" + std::string(64, 'a') + "'");
  CHECK(in_single_quotes(std::string(65, 'a')) == "\"" + std::string(65, 'a') + "\"");
  CHECK(in_single_quotes("größe") == R"("gr\u00f6\u00dfe")");
  CHECK(in_single_quotes("\x1f") == R"("\u001f")");
  CHECK(in_single_quotes("\x7f") == R"("\u007f")");
}

TEST_CASE("first_character: decodes the limits of each length") {
  const auto check = [](std::string_view text, char32_t code, size_t bytes) {
    const Utf8Character character = first_character(text);
    CHECK(character.valid);
    CHECK(character.code == code);
    CHECK(character.bytes == bytes);
  };
  check("\x7F", 0x7F, 1);
  check("\xC2\x80", 0x80, 2);
  check("\xDF\xBF", 0x7FF, 2);
  check("\xE0\xA0\x80", 0x800, 3);
  check("\xEF\xBF\xBD", 0xFFFD, 3);
  check("\xF0\x90\x80\x80", 0x10000, 4);
  check("\xF4\x8F\xBF\xBF", 0x10FFFF, 4);
}

}  // namespace convlab
