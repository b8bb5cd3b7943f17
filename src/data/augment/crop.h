#pragma once

#include <cstdint>
#include <span>

#include "core/shape.h"
#include "data/augment/augmentation_options.h"

namespace convlab {

/// Copies the window of an image [height, width, channels] that begins at row `top` and column
/// `left`, which may be negative, and has the image's size; pixels outside are filled.
void copy_window(std::span<const uint8_t> from, const Shape& image, int64_t top, int64_t left,
                 CropFill fill, std::span<uint8_t> to);

/// Mirrors an image left to right.
void flip_columns(std::span<uint8_t> pixels, const Shape& image);

/// Mirrors an image top to bottom.
void flip_rows(std::span<uint8_t> pixels, const Shape& image);

}  // namespace convlab
