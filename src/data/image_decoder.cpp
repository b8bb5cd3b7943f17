#include "data/image_decoder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/counted.h"
#include "data/formats/byte_stream.h"
#include "data/formats/jpeg_info.h"
#include "data/formats/stb_image.h"

namespace convlab {

namespace {

constexpr int64_t max_pixels = int64_t{1} << 26U;
// libjpeg-turbo's limit against files that take hours: each scan is a pass over all pixels.
constexpr int max_scans = 500;

// Fewer bytes cannot hold that many pixels, so a short file gets little memory. JPEG: at least one
// bit for each block of 8×8 pixels. PNG: each inflated byte has at most 8 pixels.
constexpr int64_t jpeg_pixels_per_byte = int64_t{64} * 8;
constexpr int64_t png_pixels_per_byte = int64_t{max_inflated_per_byte} * 8;
// BMP: 8 pixels in a byte. GIF: a code of at least 3 bits stands for at most 4,096 pixels.
constexpr int64_t bmp_pixels_per_byte = 8;
constexpr int64_t gif_pixels_per_byte = int64_t{4096} * 8 / 3;

constexpr std::array<uint8_t, 8> png_signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr std::array<uint8_t, 3> jpeg_signature{0xFF, 0xD8, 0xFF};
constexpr std::array<uint8_t, 2> bmp_signature{'B', 'M'};
constexpr std::array<uint8_t, 4> gif_signature{'G', 'I', 'F', '8'};

template <size_t Size>
bool begins_with(std::span<const uint8_t> file, const std::array<uint8_t, Size>& start) {
  return file.size() >= Size && std::equal(start.begin(), start.end(), file.begin());
}

/// Returns how many pixels a byte of this file can hold at most, by its format.
int64_t max_pixels_per_byte(std::span<const uint8_t> file, const std::string& where) {
  if (begins_with(file, jpeg_signature)) return jpeg_pixels_per_byte;
  if (begins_with(file, png_signature)) return png_pixels_per_byte;
  if (begins_with(file, bmp_signature)) return bmp_pixels_per_byte;
  if (begins_with(file, gif_signature)) return gif_pixels_per_byte;
  fail("{} is no PNG, JPEG, BMP or GIF image: it begins with {}", where, hex(file, 8));
}

void check_jpeg(const JpegInfo& info, const std::string& where) {
  if (!info.complete) fail("{} is damaged: it has no marker that ends a JPEG image", where);
  if (info.scans > max_scans)
    fail("{} has {} scans; expected at most {}", where, info.scans, max_scans);
}

void check_size(const DecodedImage& size, size_t file_bytes, int64_t pixels_per_byte,
                const std::string& where) {
  const int64_t pixels = size.height * size.width;
  if (pixels == 0)
    fail("{} is damaged: it has {}×{} pixels; expected at least 1 a side", where, size.width,
         size.height);
  if (size.height > max_image_side || size.width > max_image_side || pixels > max_pixels) {
    fail("{} has {}×{} pixels; expected at most {} a side and {} in all", where, size.width,
         size.height, max_image_side, max_pixels);
  }
  if (pixels / pixels_per_byte > static_cast<int64_t>(file_bytes)) {
    fail("{} is damaged: {} cannot hold {}×{} pixels", where, counted(file_bytes, "byte"),
         size.width, size.height);
  }
}

/// Removes alpha, the last of two or four channels, by blending with white.
void blend_with_white(DecodedImage& image) {
  if (image.channels % 2 != 0) return;
  const auto colors = static_cast<size_t>(image.channels - 1);
  size_t out = 0;
  for (size_t in = 0; in < image.pixels.size(); in += colors + 1) {
    const uint32_t alpha = image.pixels[in + colors];
    for (size_t c = 0; c < colors; ++c) {
      const uint32_t blended = image.pixels[in + c] * alpha + 255 * (255 - alpha);
      image.pixels[out++] = static_cast<uint8_t>((blended + 127) / 255);
    }
  }
  image.pixels.resize(out);
  --image.channels;
}

/// Returns the image upright, given the EXIF orientation with which it was stored.
DecodedImage upright(DecodedImage image, int orientation) {
  if (orientation == 1) return image;
  const bool transposed = orientation >= 5;
  const bool from_bottom =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool from_right =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  DecodedImage out{transposed ? image.width : image.height,
                   transposed ? image.height : image.width,
                   image.channels,
                   {}};
  out.pixels.resize(image.pixels.size());
  auto to = out.pixels.begin();
  for (int64_t y = 0; y < out.height; ++y) {
    for (int64_t x = 0; x < out.width; ++x) {
      const int64_t along_rows = transposed ? x : y;
      const int64_t along_columns = transposed ? y : x;
      const int64_t row = from_bottom ? image.height - 1 - along_rows : along_rows;
      const int64_t column = from_right ? image.width - 1 - along_columns : along_columns;
      const auto from = image.pixels.begin() + (row * image.width + column) * image.channels;
      to = std::copy_n(from, image.channels, to);
    }
  }
  return out;
}

}  // namespace

DecodedImage decode_image(std::span<const uint8_t> file, const std::string& source) {
  const std::string where = "[image] " + source;
  if (file.size() > max_image_file_bytes) {
    fail("{} has {}; expected at most {}", where, counted(file.size(), "byte"),
         max_image_file_bytes);
  }
  const int64_t pixels_per_byte = max_pixels_per_byte(file, where);
  const bool is_jpeg = begins_with(file, jpeg_signature);
  const JpegInfo info = is_jpeg ? read_jpeg_info(file) : JpegInfo{};
  if (is_jpeg) check_jpeg(info, where);
  const DecodedImage size = read_image_size(file, where);
  check_size(size, file.size(), pixels_per_byte, where);
  DecodedImage image = read_image_pixels(file, size, where);
  blend_with_white(image);
  return upright(std::move(image), info.orientation);
}

}  // namespace convlab
