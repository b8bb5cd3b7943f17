#include "data/formats/idx.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/counted.h"
#include "data/formats/byte_stream.h"

namespace convlab {

namespace {

constexpr uint32_t images_magic = 0x00000803;  // unsigned bytes, 3 dimensions
constexpr uint32_t labels_magic = 0x00000801;  // unsigned bytes, 1 dimension
constexpr int64_t max_items = int64_t{1} << 24;
constexpr int64_t max_side = 4096;
constexpr int64_t max_bytes = int64_t{1} << 31;

void check_magic(ByteStream& stream, std::span<const uint8_t> bytes, uint32_t expected,
                 const char* what) {
  if (!stream.gzip() && bytes.size() < 4) {
    stream.reject("found {}, neither gzip nor an IDX file of {}", counted(bytes.size(), "byte"),
                  what);
  }
  const std::vector<uint8_t> magic = stream.read(4, "the magic number");
  const uint32_t found = big_endian_u32(magic, 0);
  if (found == expected) return;
  const char* meaning = found == images_magic   ? " (an IDX file of images)"
                        : found == labels_magic ? " (an IDX file of labels)"
                                                : "";
  stream.reject("byte 0: found {}{}; expected 00 00 08 0{} (an IDX file of {}){}", hex(magic, 4),
                meaning, expected & 15, what, stream.gzip() ? "" : " or 1f 8b (gzip)");
}

int64_t checked(const ByteStream& stream, std::span<const uint8_t> header, size_t at, int64_t max,
                const char* what) {
  const int64_t value = big_endian_u32(header, at);
  if (value < 1 || value > max) {
    stream.reject("byte {}: found {} {}; expected 1 to {}", 4 + at, value, what, max);
  }
  return value;
}

}  // namespace

IdxImages parse_idx_images(std::span<const uint8_t> bytes, const std::string& source) {
  ByteStream stream(bytes, "idx", source);
  check_magic(stream, bytes, images_magic, "images");
  const std::vector<uint8_t> header = stream.read(12, "the header");
  IdxImages images;
  images.count = checked(stream, header, 0, max_items, "images");
  images.height = checked(stream, header, 4, max_side, "rows");
  images.width = checked(stream, header, 8, max_side, "columns");
  const int64_t size = images.count * images.height * images.width;
  const std::string what = fmt::format("an IDX file of {} of {}×{}", counted(images.count, "image"),
                                       images.height, images.width);
  if (size > max_bytes) {
    stream.reject("found {}, {}; expected at most {}", what, counted(size, "byte"), max_bytes);
  }
  images.pixels = stream.read(static_cast<uint64_t>(size), what);
  stream.expect_end();
  return images;
}

std::vector<uint8_t> parse_idx_labels(std::span<const uint8_t> bytes, int64_t classes,
                                      const std::string& source) {
  ByteStream stream(bytes, "idx", source);
  check_magic(stream, bytes, labels_magic, "labels");
  const std::vector<uint8_t> header = stream.read(4, "the header");
  const int64_t count = checked(stream, header, 0, max_items, "labels");
  std::vector<uint8_t> labels = stream.read(
      static_cast<uint64_t>(count), fmt::format("an IDX file of {}", counted(count, "label")));
  stream.expect_end();
  const auto bad = std::find_if(labels.begin(), labels.end(),
                                [classes](uint8_t label) { return label >= classes; });
  if (bad != labels.end()) {
    const auto index = bad - labels.begin();
    stream.reject("byte {}: label {} of image {} is out of range; expected 0 to {}", 8 + index,
                  int{*bad}, index, classes - 1);
  }
  return labels;
}

}  // namespace convlab
