#include "core/error.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <string>

#include "core/shape.h"

using namespace convlab;

TEST_CASE("error: fail formats its arguments into the message") {
  CHECK_THROWS_WITH(fail("[dense] expects a vector, got {}", Shape{28, 28, 1}),
                    "[dense] expects a vector, got (28, 28, 1)");
  CHECK_THROWS_WITH(fail("a rate of {} in step {}", 1e-5, 3), "a rate of 1e-05 in step 3");
}

TEST_CASE("error: braces in a text from outside are text") {
  const std::string name = "{}{0}{:d}{";
  CHECK_THROWS_WITH(fail("[file] {}: no such file", name), "[file] {}{0}{:d}{: no such file");
}
