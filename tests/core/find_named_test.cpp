#include "core/find_named.h"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

namespace convlab {

namespace {

struct Entry {
  std::string name;
};

}  // namespace

TEST_CASE("find_named: an unknown name is shown with what was probably meant and all known ones") {
  const std::vector<Entry> table{{"relu"}, {"dense"}};
  CHECK(&find_named("layer", "dense", table, &Entry::name) == &table[1]);
  CHECK_THROWS_WITH(find_named("layer", "dens", table, &Entry::name),
                    "unknown layer 'dens' (did you mean 'dense'?); known are: relu, dense");
  CHECK_THROWS_WITH(find_named("layer", "\x1b[2J", table, &Entry::name),
                    R"(unknown layer "\u001b[2J"; known are: relu, dense)");
}

TEST_CASE("find_named: of many known names only the first are listed") {
  std::vector<Entry> table;
  std::string listed = "known are: a0";
  for (int i = 0; i < 100; ++i) table.push_back({fmt::format("a{}", i)});
  for (int i = 1; i < 100; ++i) listed += fmt::format(", a{}", i);
  using Catch::Matchers::EndsWith;
  CHECK_THROWS_WITH(find_named("layer", "?", table, &Entry::name), EndsWith(listed));
  table.resize(10'000, {"b"});
  CHECK_THROWS_WITH(find_named("layer", "?", table, &Entry::name),
                    EndsWith(listed + " and 9900 more"));
}

}  // namespace convlab
