#include "data/formats/stb_image.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/error.h"

namespace convlab {

namespace {

// The allocator of stb_image gets no context. It limits the memory into which a file can inflate.
thread_local size_t max_allocation = 0;

void* limited_malloc(size_t bytes) {
  return bytes <= max_allocation ? std::malloc(bytes) : nullptr;
}

void* limited_realloc(void* memory, size_t bytes) {
  return bytes <= max_allocation ? std::realloc(memory, bytes) : nullptr;
}

}  // namespace

}  // namespace convlab

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_ONLY_GIF
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#define STBI_FAILURE_USERMSG
#define STBI_MALLOC(bytes) convlab::limited_malloc(bytes)
#define STBI_REALLOC(memory, bytes) convlab::limited_realloc(memory, bytes)
#define STBI_FREE(memory) std::free(memory)
#include <stb_image.h>

namespace convlab {

namespace {

struct Free {
  void operator()(uint8_t* pixels) const { stbi_image_free(pixels); }
};

constexpr size_t header_bytes = size_t{1} << 20U;  // for tables and the like

[[noreturn]] void refuse(const std::string& where, const char* reason) {
  fail("{} is damaged, or of a kind that is not supported: {}", where, reason);
}

}  // namespace

DecodedImage read_image_size(std::span<const uint8_t> file, const std::string& where) {
  max_allocation = header_bytes;
  int width = 0;
  int height = 0;
  int channels = 0;
  if (stbi_info_from_memory(file.data(), static_cast<int>(file.size()), &width, &height,
                            &channels) == 0) {
    // Its reason is that the format is unknown, because it tries one format after another.
    refuse(where, "its size cannot be read");
  }
  // In a BMP a negative height says that the upper row comes first.
  return {std::abs(int64_t{height}), width, channels, {}};
}

DecodedImage read_image_pixels(std::span<const uint8_t> file, const DecodedImage& size,
                               const std::string& where) {
  // Four channels of 16 bits. Buffers for the inflated and for the compressed data grow by
  // doubling.
  const auto pixels = static_cast<size_t>(size.height) * static_cast<size_t>(size.width);
  max_allocation = header_bytes + std::max(2 * file.size(), 16 * pixels);
  int width = 0;
  int height = 0;
  int channels = 0;
  const std::unique_ptr<uint8_t, Free> decoded(stbi_load_from_memory(
      file.data(), static_cast<int>(file.size()), &width, &height, &channels, 0));
  if (decoded == nullptr) refuse(where, stbi_failure_reason());
  if (height != size.height || width != size.width) refuse(where, "it has two sizes");
  const auto count =
      static_cast<size_t>(width) * static_cast<size_t>(height) * static_cast<size_t>(channels);
  return {height, width, channels, {decoded.get(), decoded.get() + count}};
}

}  // namespace convlab
