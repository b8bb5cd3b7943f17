#pragma once

#include <span>
#include <vector>

#include "data/bytes.h"

namespace convlab {

/// A function under test that parses untrusted input.
struct FuzzTarget {
  const char* name;
  /// Parses one input. Throws Error if it is refused, another exception for a defect.
  void (*read)(std::span<const uint8_t> input);
  /// Returns valid inputs.
  std::vector<Bytes> (*seeds)();
  /// Max number of bytes allocated per byte of input, summed over all allocations.
  uint64_t allocated_per_byte;
};

std::span<const FuzzTarget> fuzz_targets();

/// Reads an input that may be refused. Exceptions are defects.
void feed(const FuzzTarget& target, std::span<const uint8_t> input);

}  // namespace convlab
