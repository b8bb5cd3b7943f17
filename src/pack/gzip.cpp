#include "pack/gzip.h"

#define ZLIB_CONST  // makes next_in a pointer to const
#include <zlib.h>

#include "core/error.h"

namespace convlab {

std::vector<uint8_t> gzip(std::span<const uint8_t> bytes) {
  // 9 takes seven times as long for pictures of digits, and saves two per cent.
  constexpr int level = 6;
  constexpr int gzip_only = 16 + MAX_WBITS;
  constexpr int memory = 8;  // zlib's default
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_only, memory, Z_DEFAULT_STRATEGY) != Z_OK)
    fail("[pack] not enough memory to compress {} bytes", bytes.size());
  std::vector<uint8_t> out(deflateBound(&stream, static_cast<uLong>(bytes.size())));
  stream.next_in = bytes.data();
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) fail("[pack] {} bytes could not be compressed", bytes.size());
  return out;
}

}  // namespace convlab
