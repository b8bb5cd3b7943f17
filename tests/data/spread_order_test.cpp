#include "data/spread_order.h"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <set>

namespace convlab {
namespace {

TEST_CASE("spread order: every image once, for any count") {
  for (const int64_t count : {1, 2, 3, 5, 7, 10, 97, 100, 618, 1000, 2050}) {
    const SpreadOrder order(count);
    std::set<int64_t> images;
    for (int64_t i = 0; i < count; ++i) images.insert(order.image_at(i));
    CHECK(static_cast<int64_t>(images.size()) == count);
    CHECK(*images.rbegin() == count - 1);
  }
}

TEST_CASE("spread order: a fixed order, which tests/cli/pack.test.mjs checks in packs") {
  const SpreadOrder order(2050);
  CHECK(order.image_at(0) == 0);
  CHECK(order.image_at(1) == 1267);
  CHECK(order.image_at(2048) == 1566);
  CHECK(order.image_at(2049) == 783);
}

TEST_CASE(
    "spread order: of a file sorted by class, each block has every class about equally often") {
  constexpr int64_t count = 60000;
  constexpr int64_t block = 2048;
  const SpreadOrder order(count);
  for (int64_t start = 0; start + block <= count; start += block) {
    std::array<int, 10> classes{};
    for (int64_t i = start; i < start + block; ++i)
      ++classes[static_cast<size_t>(order.image_at(i) / (count / 10))];
    CHECK(*std::min_element(classes.begin(), classes.end()) >= 195);
    CHECK(*std::max_element(classes.begin(), classes.end()) <= 215);
  }
}

TEST_CASE("spread order: applies to images of several bytes") {
  const std::vector<uint8_t> values{0, 0, 1, 1, 2, 2, 3, 3, 4, 4};
  CHECK(SpreadOrder(5).apply(values, 2) == std::vector<uint8_t>{0, 0, 4, 4, 3, 3, 2, 2, 1, 1});
}

}  // namespace
}  // namespace convlab
