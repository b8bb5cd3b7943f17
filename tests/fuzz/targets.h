#pragma once

#include <span>
#include <vector>

#include "data/bytes.h"

namespace convlab {

/// Something that reads what others wrote.
struct FuzzTarget {
  const char* name;
  /// Reads one input, as libFuzzer's LLVMFuzzerTestOneInput. Whatever it holds: success or Error.
  int (*read)(const uint8_t* data, size_t size);
  /// Inputs that are as they should be.
  std::vector<Bytes> (*seeds)();
  /// How many bytes it may allocate for each byte of an input, all its allocations together.
  uint64_t allocated_per_byte;
};

std::span<const FuzzTarget> fuzz_targets();

}  // namespace convlab
