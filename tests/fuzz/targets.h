#pragma once

#include <span>
#include <vector>

#include "data/bytes.h"

namespace convlab {

/// A function under test that parses untrusted input.
struct FuzzTarget {
  const char* name;
  /// Parses one input, like libFuzzer's LLVMFuzzerTestOneInput. Any input must either be parsed or
  /// cause Error.
  int (*read)(const uint8_t* data, size_t size);
  /// Returns valid inputs.
  std::vector<Bytes> (*seeds)();
  /// Max number of bytes allocated per byte of input, summed over all allocations.
  uint64_t allocated_per_byte;
};

std::span<const FuzzTarget> fuzz_targets();

}  // namespace convlab
