#include "data/arriving_data.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/bytes.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

/// One image of the label `label` and `side` pixels a side.
Bytes shard_of(uint8_t label, uint32_t side) {
  constexpr std::string_view magic = "CVLSHRD1";
  Bytes bytes(magic.begin(), magic.end());
  for (const uint32_t field : {1U, side, side, 1U, 10U}) add_little_endian(bytes, field);
  bytes.push_back(label);
  bytes.resize(bytes.size() + size_t{side} * side, 7);
  return bytes;
}

}  // namespace

TEST_CASE("arriving data: shards are appended to what was opened last") {
  ArrivingData data;
  CHECK_FALSE(data.append("mnist", true, shard_of(3, 28), "first"));
  const DatasetSplits before = data.open("mnist");
  const DatasetSplits now = data.open("mnist");
  CHECK(now.train->size() == 60000);
  CHECK(now.train->available() == 0);
  CHECK(data.append("mnist", true, shard_of(3, 28), "train"));
  CHECK(data.append("mnist", false, shard_of(4, 28), "test"));
  CHECK(now.train->available() == 1);
  CHECK(now.train->label(0) == 3);
  CHECK(now.test->label(0) == 4);
  CHECK(before.train->available() == 0);
}

TEST_CASE("arriving data: what is invalid, or used by nobody, changes nothing") {
  ArrivingData data;
  DatasetSplits mnist = data.open("mnist");
  const auto refused = [&](const Bytes& shard, const std::string& text) {
    CHECK_THROWS_MATCHES(data.append("mnist", true, shard, "train-000"), Error,
                         MessageMatches(ContainsSubstring("train-000") && ContainsSubstring(text)));
    CHECK(mnist.train->available() == 0);
  };
  refused(Bytes(100, 1), "CVLSHRD1");
  refused(shard_of(3, 27), "has images of (27, 27, 1) but mnist has (28, 28, 1)");
  CHECK_FALSE(data.append("fashion-mnist", true, shard_of(3, 28), "another"));
  CHECK_THROWS_AS(data.open("minst"), Error);
  mnist = {};
  CHECK_FALSE(data.append("mnist", true, Bytes(100, 1), "too late"));
}

}  // namespace convlab
