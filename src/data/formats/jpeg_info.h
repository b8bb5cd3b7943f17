#pragma once

#include <cstdint>
#include <span>

namespace convlab {

/// What a JPEG file tells besides its pixels (ITU-T T.81, annex B; Exif 2.3, section 4.6).
struct JpegInfo {
  int orientation = 1;    ///< tag 274, 1 to 8: 1 if the image is upright
  int scans = 0;          ///< number of passes over the pixels
  bool complete = false;  ///< it has the marker that ends a file
};

/// Reads the markers of a JPEG file, however damaged, up to the one that ends it.
JpegInfo read_jpeg_info(std::span<const uint8_t> file);

}  // namespace convlab
