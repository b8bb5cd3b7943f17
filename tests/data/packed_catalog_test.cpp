#include "data/packed_catalog.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/shards.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

const Shard shard{
    .image = {1, 2, 1}, .classes = 3, .labels = {2, 0}, .sizes = {}, .images = {1, 2, 3, 4}};

/// The text of a catalog of one data set in which `from` was replaced once.
std::string changed(const std::string& from, const std::string& to) {
  std::string text = packed_catalog_text(std::vector{packed_of("birds", {shard}, {shard})});
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

void check_refused(const std::string& text, const std::string& why) {
  CHECK_THROWS_MATCHES(
      parse_packed_catalog(text, "catalog.json"), Error,
      MessageMatches(ContainsSubstring("[catalog] catalog.json") && ContainsSubstring(why)));
}

}  // namespace

TEST_CASE("packed catalog: what was written is read again") {
  PackedDataset birds = packed_of("birds", {shard, shard}, {shard});
  birds.mean = {1.0 / 3};
  birds.licence = "CC0 \"ä\"";
  const std::string text =
      packed_catalog_text(std::vector{birds, packed_of("b2", {shard}, {shard})});
  const std::vector<PackedDataset> read = parse_packed_catalog(text, "catalog.json");
  REQUIRE(read.size() == 2);
  CHECK(read[0].mean == birds.mean);
  CHECK(read[0].train.count == 4);
  CHECK(read[0].train.shards[1].file == "birds/train-0001.bin");
  CHECK(packed_catalog_text(read) == text);
  CHECK(parse_packed_catalog(R"({"datasets": []})", "empty").empty());
}

TEST_CASE("packed catalog: what is wrong is refused with its place") {
  check_refused("", "byte 0: not JSON");
  check_refused("[]", "expected an object");
  check_refused("{}", "datasets is missing");
  check_refused(R"({"datasets": [7]})", "expected an object");
  check_refused(std::string(8, '['), "nested more than 7 deep");
  check_refused(changed("\"pixels\"", "\"vectors\""), "birds: kind is not what was expected");
  check_refused(changed("\"height\": 1", "\"height\": 0"), "height");
  check_refused(changed("\"height\": 1", "\"height\": 1.5"), "height");
  check_refused(changed("\"channels\": 1", "\"channels\": 2"), "mean");
  check_refused(changed("33.25", "-1"), "mean");
  check_refused(changed("\"name\": \"birds\"", "\"name\": \"../birds\""), "name of a data set");
  check_refused(changed("\"made_from\"", "\"from\""), "made_from is missing");
  check_refused(changed("\"count\": 2", "\"count\": 3"), "count is not what was expected: 2, as");
  for (const char* file : {"birds/../x.bin", "/train-0000.bin", "other/train-0000.bin",
                           "birds/train-.bin", "birds/test-0000.bin", "birds/train-0000.exe"}) {
    check_refused(changed("birds/train-0000.bin", file), "train: file is not what was expected");
  }
  check_refused(changed("\"sha256\": \"", "\"sha256\": \"G"), "64 hexadecimal digits");
  const std::vector twice{packed_of("birds", {shard}, {shard}),
                          packed_of("birds", {shard}, {shard})};
  check_refused(packed_catalog_text(twice), "birds is there twice");
}

}  // namespace convlab
