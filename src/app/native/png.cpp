#include "app/native/png.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb_image_write.h>
#pragma GCC diagnostic pop

#include "core/error.h"

namespace convlab {

void write_png(const std::string& path, const Screenshot& shot) {
  const int written =
      stbi_write_png(path.c_str(), shot.width, shot.height, 3, shot.rgb.data(), shot.width * 3);
  if (written == 0) fail("[file] cannot write {}", path);
}

}  // namespace convlab
