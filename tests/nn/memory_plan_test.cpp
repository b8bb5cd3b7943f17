#include "nn/memory_plan.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "core/random.h"
#include "core/tensor.h"

namespace convlab {
namespace {

bool meet(const Lifetime& a, const Lifetime& b) { return a.first <= b.last && b.first <= a.last; }

/// Returns the max number of bytes alive at the same time, the lower bound for every plan.
size_t min_bytes(const std::vector<Lifetime>& lifetimes) {
  size_t min = 0;
  for (const Lifetime& moment : lifetimes) {
    size_t alive = 0;
    for (const Lifetime& other : lifetimes) {
      if (meet({0, moment.first, moment.first}, other)) alive += align_up(other.bytes);
    }
    min = std::max(min, alive);
  }
  return min;
}

std::vector<Lifetime> random_lifetimes(Random& random) {
  std::vector<Lifetime> lifetimes(1 + random.below(40));
  for (Lifetime& life : lifetimes) {
    life.bytes = random.below(5) == 0 ? 0 : random.below(5000);
    life.first = random.below(30);
    life.last = life.first + random.below(10);
  }
  return lifetimes;
}

TEST_CASE("memory plan: no tensors need no memory") {
  const MemoryPlan plan = plan_memory({});
  CHECK(plan.offsets.empty());
  CHECK(plan.bytes == 0);
}

TEST_CASE("memory plan: tensors with disjoint lifetimes share the memory of the largest") {
  const std::vector<Lifetime> lifetimes{{100, 0, 1}, {1000, 2, 3}, {10, 4, 4}};
  CHECK(plan_memory(lifetimes).bytes == align_up(size_t{1000}));
}

TEST_CASE("memory plan: tensors with overlapping lifetimes have separate memory") {
  const std::vector<Lifetime> lifetimes{{64, 0, 1}, {64, 1, 2}};
  const MemoryPlan plan = plan_memory(lifetimes);
  CHECK(plan.bytes == 128);
  CHECK(plan.offsets[0] != plan.offsets[1]);
}

TEST_CASE("memory plan: a tensor reuses the memory of one that is no longer alive") {
  // The third reuses the memory of the second, although the first and the fourth stay alive.
  const std::vector<Lifetime> lifetimes{{640, 0, 9}, {320, 0, 2}, {320, 3, 9}, {128, 0, 9}};
  CHECK(plan_memory(lifetimes).bytes == 640 + 320 + 128);
}

TEST_CASE("memory plan: random tensors never overlap, are aligned and fit") {
  Random random(1, 1);
  for (int round = 0; round < 300; ++round) {
    const std::vector<Lifetime> lifetimes = random_lifetimes(random);
    const MemoryPlan plan = plan_memory(lifetimes);
    REQUIRE(plan.offsets.size() == lifetimes.size());
    bool overlap = false;
    bool aligned = true;
    bool inside = true;
    for (size_t a = 0; a < lifetimes.size(); ++a) {
      const size_t end = plan.offsets[a] + lifetimes[a].bytes;
      aligned = aligned && plan.offsets[a] % tensor_alignment == 0;
      inside = inside && end <= plan.bytes;
      for (size_t b = 0; b < a; ++b) {
        overlap = overlap || (meet(lifetimes[a], lifetimes[b]) && plan.offsets[b] < end &&
                              plan.offsets[a] < plan.offsets[b] + lifetimes[b].bytes);
      }
    }
    CHECK_FALSE(overlap);
    CHECK(aligned);
    CHECK(inside);
    CHECK(plan.bytes >= min_bytes(lifetimes));
  }
}

}  // namespace
}  // namespace convlab
