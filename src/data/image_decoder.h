#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace convlab {

/// An image of any size, as a file has it.
struct DecodedImage {
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;         ///< 1 (grey) or 3 (red, green, blue)
  std::vector<uint8_t> pixels;  ///< [height, width, channels]
};

/// The same in memory that somebody else owns.
struct ImageView {
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  std::span<const uint8_t> pixels;  ///< [height, width, channels]

  ImageView(int64_t rows, int64_t columns, int64_t depth, std::span<const uint8_t> values)
      : height(rows), width(columns), channels(depth), pixels(values) {}
  /// Views an image, which must outlive the view.
  ImageView(const DecodedImage& image)
      : ImageView(image.height, image.width, image.channels, image.pixels) {}
};

/// The size of the largest file that decode_image reads. Check it before reading a file.
constexpr uint64_t max_image_file_bytes = uint64_t{64} << 20U;

/// The longest side of an image, in pixels.
constexpr int64_t max_image_side = 16'384;

/// Decodes a PNG, JPEG, BMP or GIF file (of an animation the first frame), upright: a JPEG is
/// rotated and mirrored as its EXIF orientation says. Transparent pixels are blended with white, as
/// a page would show a drawing without a background; 16 bits per channel become 8, a palette its
/// colours, CMYK becomes RGB. Throws Error, with `source` and what was expected, for another
/// format, more than max_image_file_bytes, more than 16,384 pixels a side or 64 Mpixel in all, and
/// for a damaged or truncated file.
DecodedImage decode_image(std::span<const uint8_t> file, const std::string& source);

}  // namespace convlab
