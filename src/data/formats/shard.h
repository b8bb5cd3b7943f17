#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/shape.h"

namespace convlab {

/// Labelled images as `scripts/pack` puts them into files for the page: gzip of the 8 bytes
/// CVLSHRD1, five little-endian 32-bit numbers (count, height, width, channels, classes), `count`
/// labels, then the images.
struct Shard {
  Shape image;  ///< (height, width, channels)
  int64_t classes = 0;
  std::vector<uint8_t> labels;
  std::vector<uint8_t> images;  ///< [count, height, width, channels]
};

/// Reads a shard, also one that a server or browser has inflated already. Throws Error, naming
/// `source`, what was found, what was expected and where, for anything but 1 to 65,536 images of
/// 1×1 to 4,096×4,096, 1 to 4 channels and 256 MB altogether, 1 to 256 classes, labels below that,
/// and exactly that many bytes.
Shard parse_shard(std::span<const uint8_t> bytes, const std::string& source);

}  // namespace convlab
