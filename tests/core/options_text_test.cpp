#include "core/options_text.h"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "core/error.h"
#include "seconds.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

TEST_CASE("options text: every kind of value is recognised") {
  const Options options{{"momentum", 0.9},   {"nesterov", true},
                        {"centered", false}, {"patience", int64_t{3}},
                        {"epsilon", 1e-7},   {"strategy", std::string("cos")}};
  const std::string text =
      "momentum=0.9,nesterov=true,centered=false,patience=3,epsilon=1e-07,strategy=cos";
  CHECK(parse_options(text) == options);
  CHECK(options_text(options) == text);
}

TEST_CASE("options text: one value") {
  CHECK(parse_option_value("3") == OptionValue(int64_t{3}));
  CHECK(parse_option_value("1e2") == OptionValue(100.0));
  CHECK(parse_option_value("true") == OptionValue(true));
  CHECK(parse_option_value("0,9") == OptionValue(std::string("0,9")));
}

TEST_CASE("options text: spaces are ignored and empty text has no options") {
  CHECK(parse_options(" a = 1 , b= x ") == Options{{"a", int64_t{1}}, {"b", std::string("x")}});
  CHECK(parse_options("").empty());
  CHECK(parse_options("  ").empty());
  CHECK(options_text({}).empty());
}

TEST_CASE("options text: a value may contain commas") {
  CHECK(parse_options("weights=1,2,0.5,smoothing=0.1") ==
        Options{{"weights", std::string("1,2,0.5")}, {"smoothing", 0.1}});
}

TEST_CASE("options text: a malformed number is text") {
  for (const char* text : {"1x", "1e", "--1", "true1", "1.2.3"})
    CHECK(parse_options(std::string("a=") + text) == Options{{"a", std::string(text)}});
}

TEST_CASE("options text: parts without a name and names given twice are refused") {
  for (const char* text : {"momentum", "=1", ",a=1", "a=1,=2"})
    CHECK_THROWS_WITH(parse_options(text), ContainsSubstring("expected name=value"));
  CHECK_THROWS_WITH(parse_options("a=1,b=2,a=3"), ContainsSubstring("a is given twice"));
}

TEST_CASE("options text: what is wrong is shown escaped and shortened") {
  CHECK_THROWS_WITH(parse_options("\x1b[2J"), StartsWith(R"([options] "\u001b[2J" is not)"));
  CHECK_THROWS_WITH(parse_options("a=\x9b,a=2"), EndsWith(R"(a is given twice in "a=\ufffd,a=2")"));
  CHECK_THROWS_WITH(parse_options("\x1b=1,\x1b=2"), StartsWith(R"([options] "\u001b" is given)"));
  CHECK_THROWS_WITH(parse_options(std::string(1 << 20, 'x')), ContainsSubstring("xxx...xxx"));
}

TEST_CASE("options text: the time grows with the number of options, not its square", "[time]") {
  std::string text = "a=0";
  for (int i = 0; i < 200'000; ++i) text += fmt::format(",a{}=0", i);
  Options options;
  CHECK(seconds_of([&] { options = parse_options(text); }) < 5);  // about 0.1 s; else a minute
  CHECK(options.size() == 200'001);
}

}  // namespace convlab
