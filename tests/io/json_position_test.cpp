#include "io/json_position.h"

#include <catch2/catch_test_macros.hpp>

namespace convlab {

namespace {

/// Returns the `length` characters at the position of `path`.
std::string_view at(std::string_view text, const JsonPath& path, size_t length = 1) {
  return text.substr(json_position(text, path), length);
}

}  // namespace

TEST_CASE("JSON position: values are found through objects and lists") {
  const std::string_view text =
      "\n { \"a\" : [ 1 ,\t{\"b\":{}}, [\"x\", [] , \"}],\\\"\"], -2.5e3 ] ,\"c\":{\"a\":7}}";
  CHECK(at(text, {}) == "{");
  CHECK(at(text, {"a"}) == "[");
  CHECK(at(text, {"a", "0"}) == "1");
  CHECK(at(text, {"a", "1"}, 4) == "{\"b\"");
  CHECK(at(text, {"a", "1", "b"}, 2) == "{}");
  CHECK(at(text, {"a", "2", "1"}, 2) == "[]");
  CHECK(at(text, {"a", "2", "2"}, 4) == "\"}],");
  CHECK(at(text, {"a", "3"}, 6) == "-2.5e3");
  CHECK(at(text, {"c", "a"}) == "7");
}

TEST_CASE("JSON position: keys are compared after decoding escapes") {
  const std::string_view text = R"({"\u0061\"":1,"a":2,"ä":3})";
  CHECK(at(text, {"a\""}) == "1");
  CHECK(at(text, {"a"}) == "2");
  CHECK(at(text, {"ä"}) == "3");
}

TEST_CASE("JSON position: a path that does not exist gives the position of the last value on it") {
  const std::string_view text = R"( {"a":[1,{"b":2}]})";
  CHECK(json_position(text, {"z"}) == json_position(text, {}));
  CHECK(json_position(text, {"a", "2"}) == json_position(text, {"a"}));
  CHECK(json_position(text, {"a", "1", "c", "d"}) == json_position(text, {"a", "1"}));
  CHECK(json_position(text, {"a", "0", "c"}) == json_position(text, {"a", "0"}));
  CHECK(json_position("", {"a"}) == 0);
}

TEST_CASE("JSON position: a byte order mark is skipped") {
  const std::string_view text = "\xEF\xBB\xBF{\"a\":1}";
  CHECK(at(text, {"a"}) == "1");
}

TEST_CASE("JSON position: lines and columns start at 1, columns are counted in characters") {
  const std::string_view text = "ab\nä€x\n\n";
  CHECK(line_and_column(text, 0) == "line 1, column 1");
  CHECK(line_and_column(text, 2) == "line 1, column 3");
  CHECK(line_and_column(text, 3) == "line 2, column 1");
  CHECK(line_and_column(text, text.find('x')) == "line 2, column 3");
  CHECK(line_and_column(text, text.size()) == "line 4, column 1");
  CHECK(line_and_column("", 0) == "line 1, column 1");
}

}  // namespace convlab
