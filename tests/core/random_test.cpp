#include "core/random.h"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <numeric>
#include <set>
#include <span>
#include <vector>

namespace convlab {

namespace {

using Block = std::array<uint32_t, 4>;

std::vector<int> shuffled(uint64_t seed, int count) {
  std::vector<int> items(static_cast<size_t>(count));
  std::iota(items.begin(), items.end(), 0);
  Random random(seed, stream_id(RandomStream::shuffle, 0));
  random.shuffle(std::span(items));
  return items;
}

}  // namespace

TEST_CASE(
    "philox matches the known answer tests of Random123 (kat_vectors: philox4x32, 10 rounds)") {
  CHECK(philox(0, 0, 0) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox(~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  // Counter and key are digits of pi; the low word comes first.
  CHECK(philox(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("to_unit_float covers [0, 1) and never reaches 1") {
  CHECK(to_unit_float(0) == 0.0F);
  CHECK(to_unit_float(0x80000000) == 0.5F);
  CHECK(to_unit_float(0xffffffff) < 1.0F);
}

TEST_CASE("stream_id separates the parts of the program") {
  const std::set<uint64_t> ids{
      stream_id(RandomStream::weights, 0), stream_id(RandomStream::weights, 1),
      stream_id(RandomStream::shuffle, 0), stream_id(RandomStream::dropout, 0)};
  CHECK(ids.size() == 4);
}

TEST_CASE("Random draws the four words of each block in order") {
  Random random(7, 9);
  for (uint64_t index = 0; index < 3; ++index) {
    for (const uint32_t word : philox(7, 9, index)) CHECK(random.next() == word);
  }
}

TEST_CASE("Random can begin with any block") {
  const uint64_t first = uint64_t{5} << 32;  // more than 32 bits hold
  Random random(7, 9, first);
  for (const uint64_t index : {first, first + 1}) {
    for (const uint32_t word : philox(7, 9, index)) CHECK(random.next() == word);
  }
}

TEST_CASE("Random::below stays below its bound and reaches every value") {
  Random random(1, 2);
  std::array<int, 5> counts{};
  for (int i = 0; i < 1000; ++i) ++counts.at(random.below(5));
  // The expected count is 200 with a standard deviation of 12.6.
  for (const int count : counts) CHECK((count > 130 && count < 270));
  CHECK(random.below(1) == 0);
}

TEST_CASE("Random::shuffle permutes, and depends only on the seed") {
  auto once = shuffled(3, 100);
  CHECK(once == shuffled(3, 100));
  CHECK(once != shuffled(4, 100));
  std::sort(once.begin(), once.end());
  std::vector<int> sorted(100);
  std::iota(sorted.begin(), sorted.end(), 0);
  CHECK(once == sorted);
  CHECK(shuffled(3, 0).empty());
}

}  // namespace convlab
