#pragma once

#include <set>

#include "app/graphics.h"
#include "app/view.h"

namespace convlab {

/// A graphics device that draws nothing; it tracks which textures exist.
class HeadlessGraphics final : public Graphics {
 public:
  void attach() override;
  void detach() override;
  TextureId upload(TextureId id, int width, int height, std::span<const uint32_t> pixels) override;
  void release(TextureId id) override;

  /// Builds one frame and checks what a graphics device needs to draw it: finite positions and
  /// ImGui's textures.
  FrameStats frame(View& view, const Surface& surface, float seconds = 0.016F);

  std::set<TextureId> textures;
  int uploads = 0;
  int texture_updates = 0;  ///< of ImGui's textures, which hold the glyphs

 private:
  TextureId last_ = 0;
};

}  // namespace convlab
