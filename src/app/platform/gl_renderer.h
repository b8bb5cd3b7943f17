#pragma once

#include "app/graphics.h"

namespace convlab {

/// Draws with OpenGL 3 or WebGL 2, in the current GL context, for ImGui's current context.
class GlRenderer final : public Graphics {
 public:
  /// `glsl_version` is a GLSL version line such as "#version 150".
  explicit GlRenderer(const char* glsl_version) : glsl_version_(glsl_version) {}

  /// Throws Error if OpenGL cannot be loaded or the shaders cannot be compiled.
  void attach() override;
  void detach() override;
  TextureId upload(TextureId id, int width, int height, std::span<const uint32_t> pixels) override;
  void release(TextureId id) override;

  /// Draws ImGui's draw data over `background` (RGBA, red in the lowest byte).
  void draw(int width, int height, uint32_t background);

 private:
  const char* glsl_version_;
};

}  // namespace convlab
