#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace convlab {

/// A tensor's need: bytes from moment `first` to moment `last`, both included.
struct Lifetime {
  size_t bytes = 0;
  size_t first = 0;
  size_t last = 0;
};

/// Where each tensor lies in one arena.
struct MemoryPlan {
  std::vector<size_t> offsets;  ///< in the order of the lifetimes, multiples of tensor_alignment
  size_t bytes = 0;             ///< of the arena
};

/// Places tensors so that those alive at the same moment never overlap: the largest first, each at the lowest offset
/// that is free during its life (greedy by size, Pisarchyk and Lee 2020). Quadratic in the number of tensors.
MemoryPlan plan_memory(std::span<const Lifetime> lifetimes);

}  // namespace convlab
