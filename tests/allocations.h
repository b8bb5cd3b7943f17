#pragma once

#include <cstdint>

namespace convlab {

/// How often this program called operator new so far, on any thread: allocations.cpp replaces it.
uint64_t allocation_count();

/// How many bytes it asked for altogether, whether or not they were freed.
uint64_t allocated_bytes();

}  // namespace convlab
