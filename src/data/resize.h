#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/shape.h"
#include "data/image_decoder.h"

namespace convlab {

/// Resizes an image [height, width, channels] of shape `from` to `height` × `width` pixels.
/// Bilinear with antialiasing: a triangle filter that grows with the factor by which the image
/// shrinks, as Pillow's Image.resize(…, BILINEAR) and tf.image.resize(antialias=True) have it. No
/// size may be 0.
std::vector<uint8_t> resize_image(std::span<const uint8_t> pixels, const Shape& from,
                                  int64_t height, int64_t width);

/// A part of an image, in pixels.
struct Window {
  int64_t top = 0;
  int64_t left = 0;
  int64_t height = 0;
  int64_t width = 0;
};

/// Returns a window of an image, which must lie in it, resized to the shape `target` whatever its
/// aspect ratio, with colours as in fit_image.
std::vector<uint8_t> resize_window(const ImageView& image, const Window& window,
                                   const Shape& target);

/// Returns an image as the input of a network, [height, width, channels] of shape `target`:
/// converts colours to grey (ITU-R 601 luma, as Pillow's convert("L")) or grey to three equal
/// channels, cuts out the largest centred window of the target's aspect ratio, and resizes it. The
/// same as Keras' smart_resize and crop_to_aspect_ratio=True; torchvision's evaluation transform
/// also cuts off a margin. Throws Error unless `target` is an image with 1 or 3 channels.
std::vector<uint8_t> fit_image(const ImageView& image, const Shape& target);
/// The same into `pixels`, which holds target.elements() bytes.
void fit_image_into(const ImageView& image, const Shape& target, std::span<uint8_t> pixels);

}  // namespace convlab
