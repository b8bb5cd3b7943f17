#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace convlab {

/// A tensor's size in bytes and its lifetime from moment `first` to moment `last`, inclusive. Sizes
/// have 64 bits even if addresses have fewer, so that a batch that is too large is detected.
struct Lifetime {
  uint64_t bytes = 0;
  size_t first = 0;
  size_t last = 0;
};

/// The offset of each tensor in one arena.
struct MemoryPlan {
  std::vector<uint64_t> offsets;  ///< in the order of the lifetimes, multiples of tensor_alignment
  uint64_t bytes = 0;             ///< size of the arena
};

/// Places tensors so that those live at the same moment never overlap: largest first, each at the
/// lowest offset that is free during its lifetime (greedy by size, Pisarchyk and Lee 2020).
/// Quadratic in the number of tensors.
MemoryPlan plan_memory(std::span<const Lifetime> lifetimes);

}  // namespace convlab
