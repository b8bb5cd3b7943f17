#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace convlab {

/// SHA-256 (FIPS 180-4) of bytes that arrive in any number of parts.
class Sha256 {
 public:
  using Digest = std::array<uint8_t, 32>;

  void update(std::span<const uint8_t> bytes);
  /// Returns the hash of all bytes so far. Ends the computation: call it once, and nothing after
  /// it.
  Digest finish();

 private:
  static constexpr size_t block_bytes = 64;

  void add_block(const uint8_t* block);

  std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, block_bytes> pending_{};  ///< of a block that is not full yet
  uint64_t bytes_ = 0;
};

/// Formats a hash as 64 lower-case hexadecimal digits, as sha256sum prints it.
std::string sha256_text(const Sha256::Digest& digest);

class ByteSource;

/// Returns the hash of a whole source, in this format. Throws Error of ByteSource::read.
std::string sha256_of(const ByteSource& source);

}  // namespace convlab
