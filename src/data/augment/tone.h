#pragma once

#include <cstdint>
#include <span>

#include "core/shape.h"

namespace convlab {

// Operations of RandAugment on tones, in place, as Pillow's ImageOps and ImageEnhance have them.

/// Keeps the upper `bits` of each value (ImageOps.posterize).
void posterize(std::span<uint8_t> pixels, int bits);

/// Inverts values of at least `threshold` (ImageOps.solarize).
void solarize(std::span<uint8_t> pixels, double threshold);

/// Stretches the values of each channel to 0 to 255 (ImageOps.autocontrast).
void stretch_contrast(std::span<uint8_t> pixels, int64_t channels);

/// Equalizes the histogram of each channel (ImageOps.equalize).
void equalize(std::span<uint8_t> pixels, int64_t channels);

/// Moves all values away from those of the smoothed image, for factors above 1, or towards them
/// (ImageEnhance.Sharpness). `image` is the shape; `copy` is memory of the size of `pixels`.
void adjust_sharpness(std::span<uint8_t> pixels, const Shape& image, double factor,
                      std::span<uint8_t> copy);

}  // namespace convlab
