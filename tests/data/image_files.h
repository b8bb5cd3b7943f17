#pragma once

#include <cstdint>
#include <string_view>

#include "data/bytes.h"

namespace convlab {

/// The color types of PNG (its specification, section 11.2.2).
enum class PngColor : uint8_t { grey = 0, rgb = 2, palette = 3, grey_alpha = 4, rgba = 6 };

struct PngHeader {
  uint32_t height = 1;
  uint32_t width = 1;
  PngColor color = PngColor::grey;
  uint8_t depth = 8;
};

inline void add_png_chunk(Bytes& png, std::string_view type, std::span<const uint8_t> data) {
  add_big_endian(png, static_cast<uint32_t>(data.size()));
  const size_t start = png.size();
  png.insert(png.end(), type.begin(), type.end());
  add_bytes(png, data);
  const uLong crc = crc32(0, png.data() + start, static_cast<uInt>(png.size() - start));
  add_big_endian(png, static_cast<uint32_t>(crc));
}

/// A PNG file. Each row of `rows` begins with a filter byte, 0 for none.
inline Bytes make_png(const PngHeader& header, const Bytes& rows, const Bytes& palette = {},
                      const Bytes& palette_alpha = {}) {
  Bytes png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  Bytes start;
  add_big_endian(start, header.width);
  add_big_endian(start, header.height);
  add_bytes(start, Bytes{header.depth, static_cast<uint8_t>(header.color), 0, 0, 0});
  add_png_chunk(png, "IHDR", start);
  if (!palette.empty()) add_png_chunk(png, "PLTE", palette);
  if (!palette_alpha.empty()) add_png_chunk(png, "tRNS", palette_alpha);
  Bytes packed(compressBound(static_cast<uLong>(rows.size())));
  auto size = static_cast<uLongf>(packed.size());
  if (compress(packed.data(), &size, rows.data(), static_cast<uLong>(rows.size())) != Z_OK)
    throw std::runtime_error("compress");
  packed.resize(size);
  add_png_chunk(png, "IDAT", packed);
  add_png_chunk(png, "IEND", {});
  return png;
}

/// A JPEG of 16×24 grey pixels, written by Pillow: blocks of 8×8 pixels of about the values
/// 0, 60, 120 and below them 255, 200, 160.
inline const Bytes grey_jpeg{
    255, 216, 255, 224, 0,  16, 74,  70,  73,  70, 0,   1,  1,   0,   0,   1,   0,   1,  0,
    0,   255, 219, 0,   67, 0,  3,   2,   2,   3,  2,   2,  3,   3,   3,   3,   4,   3,  3,
    4,   5,   8,   5,   5,  4,  4,   5,   10,  7,  7,   6,  8,   12,  10,  12,  12,  11, 10,
    11,  11,  13,  14,  18, 16, 13,  14,  17,  14, 11,  11, 16,  22,  16,  17,  19,  20, 21,
    21,  21,  12,  15,  23, 24, 22,  20,  24,  18, 20,  21, 20,  255, 192, 0,   11,  8,  0,
    16,  0,   24,  1,   1,  17, 0,   255, 196, 0,  22,  0,  1,   1,   1,   0,   0,   0,  0,
    0,   0,   0,   0,   0,  0,  0,   0,   0,   8,  9,   7,  255, 196, 0,   20,  16,  1,  0,
    0,   0,   0,   0,   0,  0,  0,   0,   0,   0,  0,   0,  0,   0,   0,   255, 218, 0,  8,
    1,   1,   0,   0,   63, 0,  149, 69,  1,   64, 173, 3,  99,  20,  127, 255, 217};

/// A JPEG of 8×8 pixels, written by Pillow: all red 200, green 100, blue 50.
inline const Bytes color_jpeg{
    255, 216, 255, 224, 0,   16,  74,  70,  73,  70,  0,   1,  1,  0,  0,  1,  0,  1,   0,   0,
    255, 219, 0,   67,  0,   3,   2,   2,   3,   2,   2,   3,  3,  3,  3,  4,  3,  3,   4,   5,
    8,   5,   5,   4,   4,   5,   10,  7,   7,   6,   8,   12, 10, 12, 12, 11, 10, 11,  11,  13,
    14,  18,  16,  13,  14,  17,  14,  11,  11,  16,  22,  16, 17, 19, 20, 21, 21, 21,  12,  15,
    23,  24,  22,  20,  24,  18,  20,  21,  20,  255, 219, 0,  67, 1,  3,  4,  4,  5,   4,   5,
    9,   5,   5,   9,   20,  13,  11,  13,  20,  20,  20,  20, 20, 20, 20, 20, 20, 20,  20,  20,
    20,  20,  20,  20,  20,  20,  20,  20,  20,  20,  20,  20, 20, 20, 20, 20, 20, 20,  20,  20,
    20,  20,  20,  20,  20,  20,  20,  20,  20,  20,  20,  20, 20, 20, 20, 20, 20, 20,  255, 192,
    0,   17,  8,   0,   8,   0,   8,   3,   1,   34,  0,   2,  17, 1,  3,  17, 1,  255, 196, 0,
    21,  0,   1,   1,   0,   0,   0,   0,   0,   0,   0,   0,  0,  0,  0,  0,  0,  0,   0,   4,
    255, 196, 0,   20,  16,  1,   0,   0,   0,   0,   0,   0,  0,  0,  0,  0,  0,  0,   0,   0,
    0,   0,   255, 196, 0,   21,  1,   1,   1,   0,   0,   0,  0,  0,  0,  0,  0,  0,   0,   0,
    0,   0,   0,   7,   8,   255, 196, 0,   20,  17,  1,   0,  0,  0,  0,  0,  0,  0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   255, 218, 0,   12,  3,  1,  0,  2,  17, 3,  17,  0,   63,
    0,   144, 0,   122, 144, 127, 255, 217};

/// A BMP of two pixels, blue and white, the row padded to four bytes; BMP stores blue first.
inline const Bytes two_pixel_bmp{'B', 'M', 62, 0, 0, 0, 0,   0, 0, 0,   54,  0,   0,  0, 40, 0,
                                 0,   0,   2,  0, 0, 0, 1,   0, 0, 0,   1,   0,   24, 0, 0,  0,
                                 0,   0,   8,  0, 0, 0, 0,   0, 0, 0,   0,   0,   0,  0, 0,  0,
                                 0,   0,   0,  0, 0, 0, 255, 0, 0, 255, 255, 255, 0,  0};

/// A GIF of one red pixel: a palette of two colours and the codes clear, 1, end of 3 bits each.
inline const Bytes one_pixel_gif{'G', 'I', 'F', '8', '9', 'a', 1, 0,    1,    0, 0x80, 0,
                                 0,   0,   0,   0,   255, 0,   0, 0x2C, 0,    0, 0,    0,
                                 1,   0,   1,   0,   0,   2,   2, 0x4C, 0x01, 0, 0x3B};

/// Inserts an EXIF segment with these bytes after the marker that starts a JPEG file.
inline Bytes with_exif(const Bytes& jpeg, const Bytes& tiff) {
  Bytes file{jpeg[0], jpeg[1], 0xFF, 0xE1, 0, static_cast<uint8_t>(8 + tiff.size())};
  add_bytes(file, Bytes{'E', 'x', 'i', 'f', 0, 0});
  add_bytes(file, tiff);
  add_bytes(file, std::span(jpeg).subspan(2));
  return file;
}

/// A TIFF header with one directory of two entries, the second of which is the orientation.
inline Bytes orientation_tiff(uint8_t orientation, bool big_endian = true) {
  if (big_endian) {
    return {'M', 'M',         0, 42, 0, 0, 0, 8,  //
            0,   2,                               //
            1,   15,          0, 2,  0, 0, 0, 1,  // tag 271, the maker, a text of one byte
            0,   0,           0, 0,               //
            1,   18,          0, 3,  0, 0, 0, 1,  // tag 274, a short
            0,   orientation, 0, 0};
  }
  return {'I',         'I', 42, 0, 8, 0, 0, 0,  //
          2,           0,                       //
          15,          1,   2,  0, 1, 0, 0, 0,  //
          0,           0,   0,  0,              //
          18,          1,   3,  0, 1, 0, 0, 0,  //
          orientation, 0,   0,  0};
}

}  // namespace convlab
