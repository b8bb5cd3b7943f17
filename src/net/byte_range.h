#pragma once

#include <cstdint>

namespace convlab {

/// Bytes of a file.
struct ByteRange {
  uint64_t offset = 0;
  uint64_t bytes = 0;

  uint64_t end() const { return offset + bytes; }
  bool operator==(const ByteRange&) const = default;
};

}  // namespace convlab
