#include "core/options.h"

#include <fmt/format.h>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <limits>

#include "core/error.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;

namespace {

enum class Color : uint8_t { red, green };
constexpr std::array color_names{Choice<Color>{Color::red, "red"},
                                 Choice<Color>{Color::green, "green"}};

struct Sample {
  bool enabled = true;
  int64_t count = 3;
  double rate = 0.5;
  Color color = Color::red;
  std::vector<double> weights{1};

  template <class V>
  void visit(V& v) {
    v.flag("enabled", enabled);
    v.integer("count", count, 1, 10);
    v.number("rate", rate, 0, 1);
    v.choice("color", color, std::span<const Choice<Color>>(color_names));
    v.numbers("weights", weights, 0, 1000);
  }
};

Sample read(const Options& options) { return read_options<Sample>("sample", options); }

}  // namespace

TEST_CASE("options: an unknown name is shown escaped and shortened") {
  CHECK_THROWS_WITH(read({{"colour", 1}}), ContainsSubstring("[sample] has no option colour (did"));
  CHECK_THROWS_WITH(read({{"\x1b[2J", 1}}),
                    ContainsSubstring(R"([sample] has no option "\u001b[2J"; it has: enabled)"));
  CHECK_THROWS_WITH(read({{std::string(1 << 20, 'x'), 1}}), ContainsSubstring("xxx...xxx"));
}

TEST_CASE("options: written in the order of declaration and read back") {
  const Options options = write_options(Sample{.enabled = false,
                                               .count = 7,
                                               .rate = 0.25,
                                               .color = Color::green,
                                               .weights = {1, 0.1, 1e-9}});
  CHECK(options == Options{{"enabled", false},
                           {"count", int64_t{7}},
                           {"rate", 0.25},
                           {"color", std::string("green")},
                           {"weights", std::string("1, 0.1, 1e-09")}});
  const Sample sample = read(options);
  CHECK(sample.weights == std::vector<double>{1, 0.1, 1e-9});
  CHECK_FALSE(sample.enabled);
  CHECK(sample.count == 7);
  CHECK(sample.rate == 0.25);
  CHECK(sample.color == Color::green);
}

TEST_CASE("options: options that are not given keep their defaults") {
  const Sample sample = read({{"count", int64_t{1}}});
  CHECK(sample.enabled);
  CHECK(sample.count == 1);
  CHECK(sample.rate == 0.5);
  CHECK(sample.color == Color::red);
}

TEST_CASE("options: an integer is accepted for a floating point option") {
  CHECK(read({{"rate", int64_t{1}}}).rate == 1.0);
}

TEST_CASE("options: errors state the owner, the option and the allowed values") {
  CHECK_THROWS_WITH(read({{"count", int64_t{11}}}),
                    ContainsSubstring("[sample]") && ContainsSubstring("count") &&
                        ContainsSubstring("11") && ContainsSubstring("1 to 10"));
  CHECK_THROWS_WITH(read({{"rate", -0.1}}), ContainsSubstring("rate"));
  CHECK_THROWS_WITH(read({{"enabled", int64_t{1}}}), ContainsSubstring("true or false"));
  CHECK_THROWS_WITH(read({{"count", 2.0}}), ContainsSubstring("whole number"));
  CHECK_THROWS_WITH(read({{"rate", std::string("much")}}), ContainsSubstring("number"));
  CHECK_THROWS_WITH(read({{"color", std::string("blue")}}), ContainsSubstring("red, green"));
  CHECK_THROWS_WITH(
      read({{"colour", std::string("red")}}),
      ContainsSubstring("colour") && ContainsSubstring("enabled, count, rate, color"));
}

TEST_CASE("options: all options that are wrong are reported, in the order of declaration") {
  try {
    read_options<Sample>("sample", {{"speed", 1.0},
                                    {"rate", std::string("fast")},
                                    {"enabled", int64_t{1}},
                                    {"count", int64_t{4}}});
    FAIL("no error");
  } catch (const OptionError& error) {
    CHECK(error.option == "enabled");
    REQUIRE(error.others.size() == 2);
    CHECK(error.others[0].option == "rate");
    CHECK_THAT(error.others[0].what(), ContainsSubstring("[sample] option rate is \"fast\""));
    CHECK(error.others[1].option == "speed");
    CHECK_THAT(error.others[1].what(), ContainsSubstring("[sample] has no option speed"));
  }
}

TEST_CASE("options: a long list of wrong options gives a short list of errors") {
  Options many;
  for (int i = 0; i < 10'000; ++i) many.emplace_back(fmt::format("x{}", i), true);
  try {
    read_options<Sample>("sample", many);
    FAIL("no error");
  } catch (const OptionError& error) {
    CHECK(error.others.size() == 99);
  }
}

TEST_CASE("options: NaN is out of range") {
  CHECK_THROWS_AS(read({{"rate", std::numeric_limits<double>::quiet_NaN()}}), Error);
}

}  // namespace convlab
