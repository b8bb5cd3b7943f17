#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct z_stream_s;

namespace convlab {

/// Receives bytes in pieces, in order. What it throws ends the work of the sender.
using ByteSink = std::function<void(std::span<const uint8_t>)>;

/// Inflates deflate (RFC 1951) or gzip (RFC 1952) that comes in pieces.
class Inflater {
 public:
  enum class Form : uint8_t { deflate, gzip };

  Inflater(Form form, ByteSink sink);

  /// Inflates the next bytes; the sink receives at most 64 KiB at once. Returns false if they are
  /// damaged. Like `gzip -d`, continues with the next member after the end of one, and
  /// ignores zeros there; after the end of deflate everything is ignored.
  bool write(std::span<const uint8_t> bytes);
  /// Whether the last byte so far was the end of the compressed data, or after it.
  bool ended() const { return ended_; }
  /// What zlib says of the damage.
  std::string problem() const;

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };
  /// Whether the bytes that are left belong to another member.
  bool begins_another() const;

  Form form_;
  ByteSink sink_;
  std::unique_ptr<z_stream_s, End> stream_;
  std::vector<uint8_t> inflated_;
  bool ended_ = false;
};

}  // namespace convlab
