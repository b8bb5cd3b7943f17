#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"

struct z_stream_s;

namespace convlab {

/// Reads bytes from front to back, inflating them on the way when they are gzip (RFC 1952; told by
/// the first two bytes). It never inflates more than was asked for. Errors are Error, begin with
/// [format] and name the source; their byte offsets count inflated bytes.
class ByteStream {
 public:
  /// `bytes` must outlive the stream.
  ByteStream(std::span<const uint8_t> bytes, std::string format, std::string source);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  bool gzip() const { return inflater_ != nullptr; }

  /// The next `count` bytes. Throws when the source ends before, saying that `what` is cut off, or
  /// is damaged. A count that the rest of the source cannot hold is refused before any memory is
  /// taken for it.
  std::vector<uint8_t> read(uint64_t count, const std::string& what);
  /// Throws when anything follows; checks the gzip checksum.
  void expect_end();

  /// Throws Error with [format], the source and `parts`.
  template <class... Parts>
  [[noreturn]] void reject(const Parts&... parts) const {
    fail("[", format_, "] ", source_, ": ", parts...);
  }

 private:
  struct InflateEnd {
    void operator()(z_stream_s* stream) const;
  };

  /// Fills `out` as far as the source goes and returns how many bytes that was.
  size_t fill(std::span<uint8_t> out);
  size_t inflate_into(std::span<uint8_t> out);

  std::span<const uint8_t> bytes_;
  std::string format_;
  std::string source_;
  size_t consumed_ = 0;  // of bytes_
  uint64_t offset_ = 0;  // bytes handed out
  std::unique_ptr<z_stream_s, InflateEnd> inflater_;
  bool inflated_ = false;  // the gzip stream's end, with its checksum, was seen
};

/// A big-endian number of IDX and a little-endian one of the shards; `bytes` has at least `at` + 4
/// bytes.
uint32_t big_endian_u32(std::span<const uint8_t> bytes, size_t at);
uint32_t little_endian_u32(std::span<const uint8_t> bytes, size_t at);
/// "00 00 08 03": the first bytes, at most `max`.
std::string hex(std::span<const uint8_t> bytes, size_t max);

}  // namespace convlab
