#include "data/formats/byte_stream.h"

#include <fmt/format.h>
#define ZLIB_CONST  // makes next_in a pointer to const
#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/counted.h"

namespace convlab {

namespace {

constexpr size_t chunk = size_t{1} << 30;  // zlib's byte counts have 32 bits

bool begins_as_gzip(std::span<const uint8_t> bytes) {
  return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

}  // namespace

void ByteStream::reject_formatted(fmt::string_view text, fmt::format_args args) const {
  fail("[{}] {}: {}", format_, source_, fmt::vformat(text, args));
}

void ByteStream::InflateEnd::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

ByteStream::ByteStream(std::span<const uint8_t> bytes, std::string format, std::string source)
    : bytes_(bytes), format_(std::move(format)), source_(std::move(source)) {
  if (!begins_as_gzip(bytes_)) return;
  auto stream = std::make_unique<z_stream_s>();
  constexpr int gzip_only = 16 + MAX_WBITS;
  if (inflateInit2(stream.get(), gzip_only) != Z_OK) reject("not enough memory to inflate it");
  inflater_.reset(stream.release());
}

ByteStream::~ByteStream() = default;

std::vector<uint8_t> ByteStream::read(uint64_t count, const std::string& what) {
  const uint64_t max = gzip() ? bytes_.size() * max_inflated_per_byte : bytes_.size();
  if (count > max - std::min(max, offset_)) {
    if (gzip()) {
      reject("truncated: {} needs {} from byte {} on; {} of gzip data cannot hold them", what,
             counted(count, "byte"), offset_, counted(bytes_.size(), "byte"));
    }
    reject("truncated: {} needs {} from byte {} on; found {}", what, counted(count, "byte"),
           offset_, bytes_.size() - offset_);
  }
  std::vector<uint8_t> out(static_cast<size_t>(count));
  const uint64_t start = offset_;
  const size_t found = fill(out);
  if (found < out.size()) {
    reject("truncated: {} needs {} from byte {} on; found {}{}", what, counted(count, "byte"),
           start, found,
           inflated_ ? ""
                     : fmt::format(", where the gzip data are cut off after {}",
                                   counted(bytes_.size(), "byte")));
  }
  return out;
}

void ByteStream::expect_end() {
  std::array<uint8_t, 1> extra{};
  const uint64_t end = offset_;
  if (fill(extra) > 0) {
    if (gzip()) reject("the inflated data continue after byte {}, where they should end", end);
    reject("found {} after byte {}, where the file should end",
           counted(bytes_.size() - end, "byte"), end);
  }
  if (!gzip()) return;
  if (!inflated_) {
    reject("truncated: the gzip data are cut off after {}, before their checksum",
           counted(bytes_.size(), "byte"));
  }
  const auto rest = bytes_.subspan(consumed_);
  // Padding to the block size of a tape or another medium is not data.
  if (std::any_of(rest.begin(), rest.end(), [](uint8_t byte) { return byte != 0; })) {
    reject("found {} after the end of the gzip data at byte {}", counted(rest.size(), "byte"),
           consumed_);
  }
}

size_t ByteStream::fill(std::span<uint8_t> out) {
  size_t count = 0;
  if (gzip()) {
    count = inflate_into(out);
  } else {
    const auto rest = bytes_.subspan(consumed_);
    count = std::min(out.size(), rest.size());
    std::copy_n(rest.begin(), count, out.begin());
    consumed_ += count;
  }
  offset_ += count;
  return count;
}

size_t ByteStream::inflate_into(std::span<uint8_t> out) {
  size_t produced = 0;
  while (!inflated_ && produced < out.size()) {
    const auto rest_in = bytes_.subspan(consumed_);
    const auto rest_out = out.subspan(produced);
    z_stream_s& stream = *inflater_;
    stream.next_in = rest_in.data();
    stream.avail_in = static_cast<uInt>(std::min(rest_in.size(), chunk));
    stream.next_out = rest_out.data();
    stream.avail_out = static_cast<uInt>(std::min(rest_out.size(), chunk));
    const int status = inflate(&stream, Z_NO_FLUSH);
    consumed_ = static_cast<size_t>(stream.next_in - bytes_.data());
    produced = static_cast<size_t>(stream.next_out - out.data());
    if (status == Z_BUF_ERROR) break;  // the input ended before the stream
    if (status == Z_STREAM_END) {
      inflated_ = !begins_as_gzip(bytes_.subspan(consumed_));
      if (!inflated_) inflateReset(&stream);  // another member follows
    } else if (status != Z_OK) {
      reject("damaged gzip data before byte {}: {}", consumed_,
             stream.msg != nullptr ? stream.msg : "inflate failed");
    }
  }
  return produced;
}

uint32_t big_endian_u32(std::span<const uint8_t> bytes, size_t at) {
  return uint32_t{bytes[at]} << 24 | uint32_t{bytes[at + 1]} << 16 | uint32_t{bytes[at + 2]} << 8 |
         uint32_t{bytes[at + 3]};
}

uint16_t little_endian_u16(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at + 1] << 8 | bytes[at]);
}

uint32_t little_endian_u32(std::span<const uint8_t> bytes, size_t at) {
  return uint32_t{bytes[at + 3]} << 24 | uint32_t{bytes[at + 2]} << 16 |
         uint32_t{bytes[at + 1]} << 8 | uint32_t{bytes[at]};
}

uint64_t little_endian_u64(std::span<const uint8_t> bytes, size_t at) {
  return uint64_t{little_endian_u32(bytes, at + 4)} << 32 | little_endian_u32(bytes, at);
}

std::string hex(std::span<const uint8_t> bytes, size_t max) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes.first(std::min(max, bytes.size()))) {
    if (!text.empty()) text += ' ';
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace convlab
