#pragma once

#include <cstdint>

namespace convlab {

/// Returns the number of calls of operator new so far, on all threads. allocations.cpp replaces
/// operator new in order to count them.
uint64_t allocation_count();

/// Returns the total number of bytes requested by these calls, including memory freed since.
uint64_t allocated_bytes();

/// Returns the number of bytes held now, as the allocator rounds them.
uint64_t held_bytes();

}  // namespace convlab
