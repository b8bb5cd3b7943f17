// Malicious documents; tests/io/graph_document_test.cpp tests ordinary mistakes.
#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <optional>
#include <string>

#include "core/error.h"
#include "io/graph_json.h"
#include "seconds.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

void check_refused(const std::string& text, const std::string& message) {
  std::string told;
  try {
    parse_graph_json(text, "my.json");
  } catch (const Error& error) {
    told = error.what();
  }
  CHECK_THAT(told, StartsWith("my.json, line ") && ContainsSubstring(message));
  CHECK(told.size() < 2000);
}

/// Returns a document with these layers, which start in line 4.
std::string with_layers(const std::string& layers) {
  return "{\n  \"input\": [8, 8, 1],\n  \"layers\": [\n" + layers + "\n  ]\n}\n";
}

TEST_CASE("hostile graph document: cycles, and weights shared by two layers") {
  check_refused(
      with_layers(R"({"kind": "add", "name": "a", "inputs": ["input", "b"]},)"
                  R"({"kind": "relu", "name": "b"})"),
      "line 4, column 50: layer 1 \"a\": its input \"b\" is not a layer before it, but the layer "
      "itself or a later one; layers cannot form a cycle; known are: \"input\"");
  check_refused(with_layers(R"({"kind": "relu", "name": "a"}, {"kind": "relu", "share": "a"})"),
                "layer 2: it has no member \"share\"; it has: kind, name, options, inputs, frozen, "
                "learning_rate_factor");
}

TEST_CASE("hostile graph document: numbers far out of range") {
  const auto conv = [](const std::string& options) {
    return with_layers(R"({"kind": "conv2d", "options": {)" + options + "}}");
  };
  check_refused(conv(R"("filters": 1000000000000)"),
                "[conv2d] option filters is 1000000000000 but must lie in 1 to 65536");
  check_refused(conv(R"("filters": 100000000000000000000)"),
                "[conv2d] option filters is 1e+20 but must be a whole number");
  check_refused(conv(R"("filters": 1, "kernel": 1000000000)"), "must lie in 1 to 255");
  check_refused(R"({"input": [2147483648], "layers": [{"kind": "relu"}]})",
                "column 11: [graph] (2147483648) has 2147483648 elements; expected at most");
  check_refused(R"({"input": [1, 1, 1, 1, 1, 1], "layers": [{"kind": "relu"}]})",
                "has 6 dimensions; at most 5 are supported");
}

TEST_CASE("hostile graph document: ten megabytes of invalid input") {
  constexpr size_t all = 10'000'000;
  check_refused(std::string(all, '\0'), "line 1, column 1: not JSON");
  check_refused(std::string(all, ' '), "not JSON: unexpected end of input");
  check_refused(std::string(all, '{'), "line 1, column 2: not JSON");
  constexpr size_t one = 1'000'000;
  check_refused(R"({"input": [8], "layers": [)" + std::string(one, '7') + "]}", "not JSON");
  check_refused(R"({"input": [8], "x": ")" + std::string(one, 'x') + "\"}", "no member \"x\"");
  check_refused("{\"" + std::string(one, 'x') + "\": 1}", "the document has no member \"xxx");
}

TEST_CASE("hostile graph document: messages are short whatever the length of a name or value") {
  const std::string text(1'000'000, 'x');
  check_refused(R"({"version": ")" + text + "\"}", "the document has version \"xxx");
  check_refused(R"({"version": [")" + text + "\"]}",
                "column 13: the document has version […]; this convlab reads version 1");
  check_refused(R"({"version": {")" + text + "\": 1}}", "the document has version {…}; this");
  check_refused(R"({"version": "\u009b2J"})", R"(version "\u009b2J"; this)");
  const auto with_option = [](const std::string& name) {
    return with_layers(R"({"kind": "relu", "options": {")" + name + "\": 1}}");
  };
  check_refused(with_option(text), "it has no option \"xxx");
  check_refused(with_option(std::string(65, 'x')), "it has no option \"xxx");
  check_refused(with_option(std::string(64, 'x')), "[relu] has no option xxx");
}

TEST_CASE("hostile graph document: a name with control characters is not suggested") {
  check_refused(with_layers("{\"kind\": \"relu\", \"name\": \"abcd\\u009b\"},"
                            R"({"kind": "relu", "inputs": ["abcd"]})"),
                R"(its input "abcd" is not a layer before it; known are: "input", "abcd\u009b")");
}

TEST_CASE("hostile graph document: a duplicate key with escaped quotes is found at its start") {
  check_refused(R"({"a\"b": 1, "a\"b": 2})",
                R"(line 1, column 13: "a\"b" occurs twice in an object)");
}

TEST_CASE("hostile graph document: an object of many members costs no time", "[time]") {
  // Takes hours if each key is compared with all before it.
  const auto with_options = [](int count) {
    std::string options = "\"option_0\": 0";
    for (int i = 1; i < count; ++i) options += fmt::format(", \"option_{}\": 0", i);
    return with_layers(R"({"kind": "relu", "options": {)" + options + "}}");
  };
  check_refused(with_options(1000), "[relu] has no option option_0");
  check_refused(with_options(1001), "an object has more than 1000 members");
  const std::string text = with_options(1'000'000);
  CHECK(seconds_of([&] {
          check_refused(text, "line 4, column 16920: an object has more than 1000 members");
        }) < 10);  // about 0.05 s
}

TEST_CASE("hostile graph document: a long list of objects costs no time", "[time]") {
  // Takes minutes if the JSON library goes through the list after each of its elements.
  std::string layers = "{}";
  for (int i = 1; i < 1'000'000; ++i) layers += ",{}";
  const std::string text = with_layers(layers);
  CHECK(seconds_of([&] { check_refused(text, "the layers must be a list of 1 to 10000"); }) <
        10);  // about 0.1 s
}

TEST_CASE("hostile graph document: names that collide with generated names cost no time",
          "[time]") {
  // Takes minutes if each generated name is compared with the names of all layers.
  constexpr int half = 4000;
  std::string layers;
  for (int i = 1; i <= half; ++i)
    layers += fmt::format("{{\"kind\": \"relu\", \"name\": \"relu_{}\"}},\n", half + i);
  for (int i = 1; i < half; ++i) layers += "{\"kind\": \"relu\"},\n";
  const std::string text = with_layers(layers + "{\"kind\": \"relu\"}");
  std::optional<Graph> graph;
  CHECK(seconds_of([&] { graph = parse_graph_json(text, "my.json"); }) < 10);  // about 0.01 s
  REQUIRE(graph);
  CHECK(graph->nodes().back().name == fmt::format("relu_{}", 3 * half));
}

}  // namespace
}  // namespace convlab
