#pragma once

#include <cstdint>
#include <vector>

#include "data/image_decoder.h"

namespace convlab {

/// Returns a PNG file of an image with 1 (grey) or 3 (red, green, blue) channels, 8 bits each.
/// Throws Error for other channels, an empty image, and one with another number of pixels than its
/// size or more than 2^29 bytes of them.
std::vector<uint8_t> encode_png(const ImageView& image);

}  // namespace convlab
