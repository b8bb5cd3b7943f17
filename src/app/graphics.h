#pragma once

#include <cstdint>
#include <span>

namespace convlab {

/// Where a window draws: its size in units (as CSS pixels) and how many pixels of the screen make a
/// unit.
struct Surface {
  float width = 0;
  float height = 0;
  float scale = 1;
};

/// An image on the graphics device; 0 is none.
using TextureId = uintptr_t;

/// What the view needs of the graphics device.
class Graphics {
 public:
  virtual ~Graphics() = default;

  /// ImGui's context is there now, and is about to go; all other calls come between these two.
  virtual void attach() = 0;
  virtual void detach() = 0;

  /// Makes a texture of width x height pixels (RGBA, red in the lowest byte), or with an `id` from
  /// here replaces that one. Magnified pixels stay sharp.
  virtual TextureId upload(TextureId id, int width, int height,
                           std::span<const uint32_t> pixels) = 0;
  virtual void release(TextureId id) = 0;
  /// ImGui's font atlas has changed and must go to the device.
  virtual void upload_fonts() = 0;
};

}  // namespace convlab
