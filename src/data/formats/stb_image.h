#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/image_decoder.h"

/// PNG, JPEG, BMP and GIF by stb_image.
namespace convlab {

/// Returns a file's height, width and number of channels, without pixels: 1 or 3, and 2 or 4 with
/// alpha. Throws Error that starts with `where` if stb_image refuses the file.
DecodedImage read_image_size(std::span<const uint8_t> file, const std::string& where);

/// Returns the same with the pixels, 8 bits per channel. No allocation is larger than an image of
/// `size`, as read_image_size returned it, can need, whatever the file says. Throws Error like it.
DecodedImage read_image_pixels(std::span<const uint8_t> file, const DecodedImage& size,
                               const std::string& where);

}  // namespace convlab
