#include "core/utf8.h"

#include <catch2/catch_test_macros.hpp>

namespace convlab {

TEST_CASE("utf8: what cannot be shown is escaped") {
  CHECK(escaped_utf8("gr\xc3\xbcn \xf0\x9f\x90\x88") == "gr\xc3\xbcn \xf0\x9f\x90\x88");
  CHECK(escaped_utf8("a\x1b[31m\n\x7f\xc2\x9b") == "a%1B[31m%0A%7F%C2%9B");
  CHECK(escaped_utf8("\xff\xfe\xc3") == "%FF%FE%C3");
  CHECK(escaped_utf8("").empty());
}

}  // namespace convlab
