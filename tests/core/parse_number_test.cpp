#include "core/parse_number.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace convlab;

TEST_CASE("parse_number: blanks at the ends are removed") {
  CHECK(trimmed(" \t0.9\r\n") == "0.9");
  CHECK(trimmed("a b") == "a b");
  CHECK(trimmed(" \n").empty());
}

TEST_CASE("parse_number: whole numbers up to the limits of 64 bits") {
  CHECK(parse_integer("128") == 128);
  CHECK(parse_integer("+3") == 3);
  CHECK(parse_integer("-9223372036854775808") == INT64_MIN);
  CHECK(parse_integer("9223372036854775807") == INT64_MAX);
  for (const std::string text :
       {"", "+", "+-3", "9223372036854775808", "1.0", "1e2", " 1", "0x1"}) {
    INFO('"' << text << '"');
    CHECK_FALSE(parse_integer(text));
  }
}

TEST_CASE("parse_number: decimal numbers, nothing else that a C library reads") {
  CHECK(parse_number("0.9") == 0.9);
  CHECK(parse_number("1e-4") == 1e-4);
  CHECK(parse_number("-3") == -3);
  CHECK(parse_number(".5E+1") == 5);
  CHECK(parse_number("1e-320") == 1e-320);
  for (const std::string text :
       {"", ".", "e5", "1e", "0,9", "1 ", " 1", "nan", "inf", "0x10", "1e999", "1-2"}) {
    INFO('"' << text << '"');
    CHECK_FALSE(parse_number(text));
  }
}
