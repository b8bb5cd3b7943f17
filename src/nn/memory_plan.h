#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace convlab {

/// A tensor's need: bytes from moment `first` to moment `last`, both included. 64 bits also where
/// memory has fewer, so that too large a batch is known to be too large.
struct Lifetime {
  uint64_t bytes = 0;
  size_t first = 0;
  size_t last = 0;
};

/// Where each tensor lies in one arena.
struct MemoryPlan {
  std::vector<uint64_t> offsets;  ///< in the order of the lifetimes, multiples of tensor_alignment
  uint64_t bytes = 0;             ///< of the arena
};

/// Places tensors so that those alive at the same moment never overlap: the largest first, each at
/// the lowest offset that is free during its life (greedy by size, Pisarchyk and Lee 2020).
/// Quadratic in the number of tensors.
MemoryPlan plan_memory(std::span<const Lifetime> lifetimes);

}  // namespace convlab
