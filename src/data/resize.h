#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/options.h"
#include "core/shape.h"
#include "data/image_decoder.h"

namespace convlab {

/// How an image of another aspect ratio than wanted is resized.
enum class ResizeMode : uint8_t {
  crop,     ///< its largest centred part of that aspect ratio: Keras' crop_to_aspect_ratio=True
  stretch,  ///< all of it, distorted: Keras' default, torchvision's Resize((height, width))
  center    ///< of crop 7/8 of each side; to 224 pixels as torchvision's Resize(256),
            ///< CenterCrop(224); an image of the wanted size stays whole
};

/// Their names in options.
inline constexpr std::array resize_modes{Choice<ResizeMode>{ResizeMode::crop, "crop"},
                                         Choice<ResizeMode>{ResizeMode::stretch, "stretch"},
                                         Choice<ResizeMode>{ResizeMode::center, "center"}};

/// Throws Error, with the known names, for an unknown one.
ResizeMode find_resize_mode(std::string_view name);

/// Resizes an image [height, width, channels] of shape `from` to `height` × `width` pixels.
/// Bilinear with antialiasing: a triangle filter that grows with the factor by which the image
/// shrinks and leaves out what lies beyond the edge, as Pillow's Image.resize(…, BILINEAR) and
/// tf.image.resize(antialias=True) have it; stb_image_resize2 repeats the edge instead. No size may
/// be 0.
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
/// channels, and resizes the part of the image that `mode` takes. With crop the same as Keras'
/// smart_resize. Throws Error unless `target` is an image with 1 or 3 channels.
std::vector<uint8_t> fit_image(const ImageView& image, const Shape& target,
                               ResizeMode mode = ResizeMode::crop);
/// The same into `pixels`, which holds target.elements() bytes.
void fit_image_into(const ImageView& image, const Shape& target, ResizeMode mode,
                    std::span<uint8_t> pixels);

}  // namespace convlab
