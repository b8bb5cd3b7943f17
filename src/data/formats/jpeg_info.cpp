#include "data/formats/jpeg_info.h"

#include <algorithm>
#include <string_view>

namespace convlab {

namespace {

constexpr uint8_t start_of_image = 0xD8;
constexpr uint8_t end_of_image = 0xD9;
constexpr uint8_t start_of_scan = 0xDA;
constexpr uint8_t exif_segment = 0xE1;

/// Numbers in the byte order of a TIFF header; 0 beyond the end.
class TiffNumbers {
 public:
  TiffNumbers(std::span<const uint8_t> bytes, bool big_endian)
      : bytes_(bytes), big_endian_(big_endian) {}

  uint64_t number(uint64_t at, unsigned size) const {
    if (at > bytes_.size() || bytes_.size() - at < size) return 0;
    uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i)
      value = value << 8U | bytes_[at + (big_endian_ ? i : size - 1 - i)];
    return value;
  }

 private:
  std::span<const uint8_t> bytes_;
  bool big_endian_;
};

/// Returns the orientation in the contents of an EXIF segment, 1 if it has none that is valid.
int exif_orientation(std::span<const uint8_t> segment) {
  constexpr std::string_view signature("Exif\0\0", 6);
  constexpr uint64_t orientation_tag = 274;
  constexpr uint64_t short_type = 3;
  constexpr uint64_t entry_bytes = 12;
  if (segment.size() < signature.size() ||
      !std::equal(signature.begin(), signature.end(), segment.begin())) {
    return 1;
  }
  const auto tiff = segment.subspan(signature.size());
  if (tiff.size() < 8 || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M')) return 1;
  const TiffNumbers numbers(tiff, tiff[0] == 'M');
  if (numbers.number(2, 2) != 42) return 1;
  const uint64_t directory = numbers.number(4, 4);
  const uint64_t entries = numbers.number(directory, 2);
  for (uint64_t i = 0; i < entries; ++i) {
    const uint64_t at = directory + 2 + i * entry_bytes;
    if (numbers.number(at, 2) != orientation_tag || numbers.number(at + 2, 2) != short_type)
      continue;
    const uint64_t value = numbers.number(at + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

bool has_no_contents(uint8_t marker) {
  return marker == start_of_image || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
}

}  // namespace

JpegInfo read_jpeg_info(std::span<const uint8_t> file) {
  JpegInfo info;
  size_t at = 0;
  while (true) {
    // A marker is FF and a byte other than 0 and FF; in between lie the data of a scan.
    while (at + 1 < file.size() && (file[at] != 0xFF || file[at + 1] == 0 || file[at + 1] == 0xFF))
      ++at;
    if (at + 1 >= file.size()) return info;
    const uint8_t marker = file[at + 1];
    at += 2;
    if (marker == end_of_image) {
      info.complete = true;
      return info;
    }
    if (has_no_contents(marker)) continue;
    if (file.size() - at < 2) return info;
    const size_t length = std::min<size_t>(size_t{file[at]} << 8U | file[at + 1], file.size() - at);
    if (length < 2) return info;
    if (marker == start_of_scan) ++info.scans;
    if (marker == exif_segment && info.orientation == 1)
      info.orientation = exif_orientation(file.subspan(at + 2, length - 2));
    at += length;
  }
}

}  // namespace convlab
