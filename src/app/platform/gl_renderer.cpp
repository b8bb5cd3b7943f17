#include "app/platform/gl_renderer.h"

#include <imgui.h>
#include <imgui_impl_opengl3.h>

#include "app/platform/gl.h"
#include "core/error.h"

namespace convlab {
namespace {

float channel(uint32_t color, int shift) { return static_cast<float>(color >> shift & 255) / 255; }

}  // namespace

void GlRenderer::attach() {
  if (!ImGui_ImplOpenGL3_Init(glsl_version_))
    fail("[window] cannot load OpenGL 3 or WebGL 2; check the graphics driver");
  if (!ImGui_ImplOpenGL3_CreateDeviceObjects()) {
    ImGui_ImplOpenGL3_Shutdown();
    fail("[window] the graphics driver cannot compile the shaders");
  }
}

void GlRenderer::detach() { ImGui_ImplOpenGL3_Shutdown(); }

TextureId GlRenderer::upload(TextureId id, int width, int height,
                             std::span<const uint32_t> pixels) {
  auto texture = static_cast<GLuint>(id);
  if (texture == 0) glGenTextures(1, &texture);
  glBindTexture(GL_TEXTURE_2D, texture);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  // WebGL 2 allows sizes that are not powers of two; clamping keeps opposite edges from mixing.
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE,
               pixels.data());
  return texture;
}

void GlRenderer::release(TextureId id) {
  const auto texture = static_cast<GLuint>(id);
  glDeleteTextures(1, &texture);
}

void GlRenderer::draw(int width, int height, uint32_t background) {
  glViewport(0, 0, width, height);
  glClearColor(channel(background, 0), channel(background, 8), channel(background, 16), 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

}  // namespace convlab
