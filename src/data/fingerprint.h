#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace convlab {

/// Continues a hash with some bytes, eight at a time: multiplication and shift as in MurmurHash64A
/// (A. Appleby). Not safe against forgery; it finds mistakes.
inline uint64_t hash_bytes(std::span<const uint8_t> bytes, uint64_t hash) {
  constexpr uint64_t factor = 0xc6a4a7935bd1e995;
  constexpr size_t word_bytes = sizeof(uint64_t);
  for (size_t at = 0; at < bytes.size(); at += word_bytes) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min(word_bytes, bytes.size() - at));
    word *= factor;
    hash = (hash ^ word ^ (word >> 47U)) * factor;
  }
  return hash ^ (hash >> 47U);
}

}  // namespace convlab
