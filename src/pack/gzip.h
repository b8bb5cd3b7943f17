#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace convlab {

/// Returns the bytes as a gzip file (RFC 1952) without name and time: equal bytes give equal files.
std::vector<uint8_t> gzip(std::span<const uint8_t> bytes);

}  // namespace convlab
