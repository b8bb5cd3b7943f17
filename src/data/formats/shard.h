#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/shape.h"

namespace convlab {

/// What a shard has of each image.
enum class ShardKind : uint8_t {
  pixels,   ///< its pixels, of one shape for all
  encoded,  ///< its file, such as a JPEG
};

/// The size of a shard as it is used, if it has more than one image.
constexpr uint64_t max_shard_bytes = uint64_t{1} << 20U;
/// The size of a shard of one large image.
constexpr uint64_t max_large_shard_bytes = (uint64_t{64} << 20U) + 64;

/// Labelled images of a data set in the format of packs for the web page. All numbers are
/// little-endian: the 8 bytes CVLSHRD2; kind (0: pixels, 1: encoded), count, height, width,
/// channels and classes of 32 bits; `count` labels of 16 bits; for encoded images their `count`
/// sizes in bytes, of 32 bits; then the images.
struct Shard {
  ShardKind kind = ShardKind::pixels;
  Shape image;  ///< (height, width, channels); of encoded images: to which they are brought
  int64_t classes = 0;
  std::vector<uint16_t> labels;
  std::vector<uint32_t> sizes;  ///< of encoded images
  std::vector<uint8_t> images;  ///< [count, height, width, channels], or one file after another
};

/// Reads the bytes of a shard as they are used (not gzip). Throws Error, with `source`, the byte
/// offset, what was found and what was expected, unless it has at least one image, a shape of 1×1
/// to 4,096×4,096 pixels with 1 to 4 channels, 1 to 65,535 classes, labels below that number, at
/// most max_shard_bytes, or max_large_shard_bytes for one image, and exactly the bytes that its
/// header requires.
Shard parse_shard(std::span<const uint8_t> bytes, const std::string& source);

/// Returns the bytes of a shard, which parse_shard reads.
std::vector<uint8_t> encode_shard(const Shard& shard);

/// Returns the number of bytes of a shard before its images.
uint64_t shard_header_bytes(ShardKind kind, uint64_t count);

/// The bytes of a shard as they are used.
struct ShardCheck {
  uint64_t size = 0;
  std::string sha256;  ///< 64 hexadecimal digits
};

/// Returns the bytes of a shard file as they are used: inflates gzip, unless a server or browser
/// has already done so. Throws Error, with `source`, unless they are what `expected` says; never
/// inflates more.
std::vector<uint8_t> inflate_shard(std::span<const uint8_t> file, const ShardCheck& expected,
                                   const std::string& source);

}  // namespace convlab
