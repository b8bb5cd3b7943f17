#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/shape.h"

namespace convlab {

/// Labelled images in the format that `scripts/pack` writes for the web page: gzip of the 8 bytes
/// CVLSHRD1, five little-endian 32-bit numbers (count, height, width, channels, classes), `count`
/// labels, then the images.
struct Shard {
  Shape image;  ///< (height, width, channels)
  int64_t classes = 0;
  std::vector<uint8_t> labels;
  std::vector<uint8_t> images;  ///< [count, height, width, channels]
};

/// Reads a shard, which a server or browser may already have inflated. Throws Error, with `source`,
/// the byte offset, what was found and what was expected, unless it has 1 to 65,536 images of 1×1
/// to 4,096×4,096 pixels, 1 to 4 channels and at most 256 MB in total, 1 to 256 classes, labels
/// below that number, and exactly the bytes that its header requires.
Shard parse_shard(std::span<const uint8_t> bytes, const std::string& source);

}  // namespace convlab
