#include "core/format.h"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

using namespace convlab;

// The page's functions (web/format.js) are tested with the same table by
// tests/core/format.test.mjs.
TEST_CASE("format: numbers and durations as in the table that page and command share") {
  const std::map<std::string, std::function<std::string(double)>> functions{
      {"percent", percent},
      {"probability", [](double value) { return score_text(value, true); }},
      {"output", [](double value) { return score_text(value, false); }},
      {"loss_text", loss_text},
      {"with_commas", [](double value) { return with_commas(value); }},
      {"bytes_text", [](double value) { return bytes_text(static_cast<uint64_t>(value)); }},
      {"duration", duration},
  };
  std::ifstream file(CONVLAB_FORMAT_CASES);
  REQUIRE(file);
  const nlohmann::json cases = nlohmann::json::parse(file);
  REQUIRE(cases.size() > 20);
  for (const auto& [index, item] : cases.items()) {
    INFO(item.dump());
    const double value = item["value"].is_null() ? std::numeric_limits<double>::quiet_NaN()
                                                 : item["value"].get<double>();
    CHECK(functions.at(item["function"])(value) == item["text"].get<std::string>());
  }
}

TEST_CASE("format: a count with its noun") {
  CHECK(with_commas(1, "image") == "1 image");
  CHECK(with_commas(12345.6, "image") == "12,346 images");
}
