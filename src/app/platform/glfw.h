#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/platform/platform.h"

namespace convlab {

/// The pixels of a frame: rows from the top, three bytes (RGB) per pixel.
struct Screenshot {
  int width = 0;
  int height = 0;
  std::vector<unsigned char> rgb;
};

/// A desktop window, by GLFW.
class GlfwPlatform final : public Platform {
 public:
  /// Opens a window of the given size in units. Throws Error if there is no display or no
  /// OpenGL 3.2.
  GlfwPlatform(const std::string& title, int width, int height);
  ~GlfwPlatform() override;

  Graphics& graphics() override;
  void run(View& view, std::function<bool()> update) override;
  void request_frame() override;

  /// Makes `run` call `update` soon. May be called from any thread.
  static void wake();
  /// Draws a frame soon and passes its pixels to `receive`.
  void capture(std::function<void(const Screenshot&)> receive);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace convlab
