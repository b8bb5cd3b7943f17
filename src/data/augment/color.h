#pragma once

#include <cstdint>
#include <span>

namespace convlab {

// Changes of colours, in place. Pixels are [pixels, channels]; results are rounded to the nearest
// byte, where Pillow's ImageEnhance cuts off the fraction.

/// Multiplies all values (ImageEnhance.Brightness, Keras' apply_brightness_shift).
void adjust_brightness(std::span<uint8_t> pixels, double factor);

/// Moves all values away from the mean grey of the image, for factors above 1, or towards it
/// (ImageEnhance.Contrast): mean + factor (value - mean). The mean is rounded; that of images
/// with other than 3 channels is over all values.
void adjust_contrast(std::span<uint8_t> pixels, int64_t channels, double factor);

/// Moves all values away from the grey of their pixel or towards it (ImageEnhance.Color). Only for
/// 3 channels; does nothing to others.
void adjust_saturation(std::span<uint8_t> pixels, int64_t channels, double factor);

/// Adds a fraction of a turn, -1 to 1, to the hue in HSV (tf.image.adjust_hue, torchvision's
/// adjust_hue). Only for 3 channels; does nothing to others.
void adjust_hue(std::span<uint8_t> pixels, int64_t channels, double turn);

/// Adds a number to all values, which stay within the least and the greatest value of the image
/// (Keras' apply_channel_shift).
void shift_channels(std::span<uint8_t> pixels, double shift);

/// Replaces colours by their grey. Only for 3 channels; does nothing to others.
void remove_color(std::span<uint8_t> pixels, int64_t channels);

}  // namespace convlab
