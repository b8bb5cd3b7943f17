#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"

struct z_stream_s;

namespace convlab {

/// The most bytes that one byte inflates to: deflate makes 258 of two bits.
constexpr uint64_t max_inflated_per_byte = 1032;

/// Reads bytes sequentially and inflates gzip (RFC 1952, detected by the first two bytes) as
/// `gzip -d` does: the members of a file one after another, with zeros after the last one ignored.
/// Never inflates more bytes than requested. Error messages start with [format] and the source;
/// their byte offsets count inflated bytes.
class ByteStream {
 public:
  /// `bytes` must outlive the stream.
  ByteStream(std::span<const uint8_t> bytes, std::string format, std::string source);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  bool gzip() const { return inflater_ != nullptr; }

  /// Returns the next `count` bytes. Throws Error if the source ends before, reporting `what` as
  /// truncated, or is damaged. Rejects a count that the rest of the source cannot hold before
  /// allocating memory for it.
  std::vector<uint8_t> read(uint64_t count, const std::string& what);
  /// Throws Error if any bytes follow or a gzip checksum is wrong.
  void expect_end();

  /// Throws Error with [format], the source and the formatted text.
  template <class... Args>
  [[noreturn]] void reject(fmt::format_string<Args...> text, const Args&... args) const {
    reject_formatted(text, fmt::make_format_args(args...));
  }

 private:
  [[noreturn]] void reject_formatted(fmt::string_view text, fmt::format_args args) const;

  struct InflateEnd {
    void operator()(z_stream_s* stream) const;
  };

  /// Fills `out` as far as the source goes and returns the number of bytes written.
  size_t fill(std::span<uint8_t> out);
  size_t inflate_into(std::span<uint8_t> out);

  std::span<const uint8_t> bytes_;
  std::string format_;
  std::string source_;
  size_t consumed_ = 0;  // of bytes_
  uint64_t offset_ = 0;  // number of bytes returned so far
  std::unique_ptr<z_stream_s, InflateEnd> inflater_;
  bool inflated_ = false;  // the end of the last gzip member, with its checksum, was read
};

/// Reads a big-endian (IDX) or little-endian (shard, zip) number at byte `at`; `bytes` must hold
/// all of its bytes.
uint32_t big_endian_u32(std::span<const uint8_t> bytes, size_t at);
uint16_t little_endian_u16(std::span<const uint8_t> bytes, size_t at);
uint32_t little_endian_u32(std::span<const uint8_t> bytes, size_t at);
uint64_t little_endian_u64(std::span<const uint8_t> bytes, size_t at);
/// Returns the first bytes, at most `max`, as text: "00 00 08 03".
std::string hex(std::span<const uint8_t> bytes, size_t max);

}  // namespace convlab
