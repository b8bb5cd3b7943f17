#pragma once

#include <cstdint>
#include <span>

#include "core/random.h"
#include "core/shape.h"
#include "data/augment/augmentation_options.h"
#include "data/resize.h"

namespace convlab {

/// Copies the window of an image [height, width, channels] that begins at row `top` and column
/// `left`, which may be negative, and has the image's size; pixels outside are filled.
void copy_window(std::span<const uint8_t> from, const Shape& image, int64_t top, int64_t left,
                 CropFill fill, std::span<uint8_t> to);

/// Draws a window of an image for RandomResizedCrop, as torchvision has it: an area of `min_area`
/// to 1 of the image's, an aspect ratio of 3:4 to 4:3, uniform in its logarithm, anywhere in the
/// image; after ten that do not fit, the centre.
Window random_window(int64_t height, int64_t width, double min_area, Random& random);

/// Mirrors an image left to right.
void flip_columns(std::span<uint8_t> pixels, const Shape& image);

/// Mirrors an image top to bottom.
void flip_rows(std::span<uint8_t> pixels, const Shape& image);

}  // namespace convlab
