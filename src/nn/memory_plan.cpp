#include "nn/memory_plan.h"

#include <algorithm>
#include <numeric>

#include "core/tensor.h"

namespace convlab {

MemoryPlan plan_memory(std::span<const Lifetime> lifetimes) {
  std::vector<size_t> by_size(lifetimes.size());
  std::iota(by_size.begin(), by_size.end(), size_t{0});
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](size_t a, size_t b) { return lifetimes[a].bytes > lifetimes[b].bytes; });

  MemoryPlan plan{std::vector<uint64_t>(lifetimes.size()), 0};
  std::vector<size_t> placed;  // by offset
  for (const size_t index : by_size) {
    const Lifetime& life = lifetimes[index];
    const uint64_t bytes = align_up(life.bytes);
    uint64_t offset = 0;
    for (const size_t other : placed) {
      const Lifetime& neighbour = lifetimes[other];
      if (neighbour.last < life.first || life.last < neighbour.first) continue;
      if (offset + bytes <= plan.offsets[other]) break;
      offset = std::max(offset, plan.offsets[other] + align_up(neighbour.bytes));
    }
    plan.offsets[index] = offset;
    plan.bytes = std::max(plan.bytes, offset + bytes);
    const auto position =
        std::upper_bound(placed.begin(), placed.end(), offset,
                         [&](uint64_t o, size_t p) { return o < plan.offsets[p]; });
    placed.insert(position, index);
  }
  return plan;
}

}  // namespace convlab
