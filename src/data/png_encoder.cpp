#include "data/png_encoder.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb_image_write.h>
#pragma GCC diagnostic pop

#include "core/error.h"

namespace convlab {

namespace {

// stb_image_write computes sizes as int, in which a file may be a little larger than its pixels.
constexpr int64_t max_bytes = int64_t{1} << 29;

void append(void* context, void* data, int size) {
  auto& file = *static_cast<std::vector<uint8_t>*>(context);
  const auto* bytes = static_cast<const uint8_t*>(data);
  file.insert(file.end(), bytes, bytes + size);
}

}  // namespace

std::vector<uint8_t> encode_png(const ImageView& image) {
  const auto bytes = static_cast<int64_t>(image.pixels.size());
  if (image.height < 1 || image.width < 1 || (image.channels != 1 && image.channels != 3) ||
      image.height > max_bytes / image.width / image.channels ||
      bytes != image.height * image.width * image.channels) {
    fail(
        "[png] an image of {}×{} pixels, {} channels and {} bytes; expected 1 or 3 channels, a "
        "byte for each channel of each pixel, and at most {} bytes",
        image.width, image.height, image.channels, bytes, max_bytes);
  }
  std::vector<uint8_t> file;
  const auto width = static_cast<int>(image.width);
  const auto channels = static_cast<int>(image.channels);
  if (stbi_write_png_to_func(append, &file, width, static_cast<int>(image.height), channels,
                             image.pixels.data(), width * channels) == 0) {
    fail("[png] out of memory for an image of {}×{} pixels", image.width, image.height);
  }
  return file;
}

}  // namespace convlab
