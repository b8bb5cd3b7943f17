// Malicious requests; tests/engine/protocol_test.cpp tests ordinary mistakes.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "core/error.h"
#include "engine/protocol.h"
#include "seconds.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;

/// A request in JSON with the fields `fields`.
std::string json_of(const std::string& fields) { return R"({"protocol": 4, )" + fields + "}"; }

TEST_CASE("hostile request: the time to read a request grows with its length, not its square",
          "[time]") {
  // Takes hours if the JSON library goes through the list after each of its elements.
  std::string list = "{}";
  while (list.size() < (8 << 20) - 100) list += ",{}";
  const std::string text = json_of(R"("request": "start", "list": [)" + list + "]");
  CHECK(seconds_of([&] {
          CHECK_THROWS_WITH(decode_request(text, {}), ContainsSubstring("unknown field 'list'"));
        }) < 20);  // about 0.3 s
}

TEST_CASE("hostile request: messages are short and have no control characters") {
  const auto refused = [](const std::string& text, const std::string& message) {
    std::string told;
    try {
      decode_request(text, {});
    } catch (const Error& error) {
      told = error.what();
    }
    CHECK_THAT(told, ContainsSubstring(message));
    CHECK(told.size() < 1500);
    CHECK(told.find_first_of("\x1b\x9b") == std::string::npos);
  };
  refused("{\"" + std::string(1 << 20, 'x'), "not JSON");
  refused("\x9b", "request, byte 0: not JSON");
  refused("[[[[[[[[[", "request, byte 8: nested more than 8 deep");
  refused(R"({"protocol": 4, "protocol": 4})", "byte 16: \"protocol\" occurs twice");
  refused(json_of(R"("request": "\u001b[2J")"), R"(unknown request "\u001b[2J"; known)");
  refused(json_of("\"request\": \"" + std::string(1 << 20, 'x') + "\""), "unknown request \"xxx");
  refused(json_of(R"("request": "start", "\u009b2J": 1)"), R"(unknown field "\u009b2J"; known)");
  refused(json_of("\"request\": \"start\", \"" + std::string(1 << 20, 'x') + "\": 1"),
          "unknown field \"xxx");
}

}  // namespace
}  // namespace convlab
