#pragma once

#include <cstdint>
#include <span>

namespace convlab {

/// The drawing area of a window: its size in units (like CSS pixels) and the number of screen
/// pixels per unit.
struct Surface {
  float width = 0;
  float height = 0;
  float scale = 1;
};

/// Handle of an image on the graphics device; 0 is none.
using TextureId = uintptr_t;

/// The graphics device, as used by the view.
class Graphics {
 public:
  virtual ~Graphics() = default;

  /// Called after ImGui's context was created and before it is destroyed; all other calls are made
  /// between these two. ImGui's own textures, those of its font, are updated when a frame is drawn.
  virtual void attach() = 0;
  virtual void detach() = 0;

  /// Creates a texture of width x height pixels (RGBA, red in the lowest byte) or, if `id` is not
  /// 0, replaces that texture. Enlarged pixels stay sharp (nearest neighbour).
  virtual TextureId upload(TextureId id, int width, int height,
                           std::span<const uint32_t> pixels) = 0;
  virtual void release(TextureId id) = 0;
};

}  // namespace convlab
