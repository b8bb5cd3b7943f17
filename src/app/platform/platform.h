#pragma once

#include <functional>

#include "app/graphics.h"

namespace convlab {

class View;

/// A desktop window or the canvas of a page, with an OpenGL context. It draws only after input, a
/// change of size, or request_frame.
class Platform {
 public:
  virtual ~Platform() = default;

  virtual Graphics& graphics() = 0;
  /// Draws `view` and passes input to it until the window is closed. In a browser, it returns at
  /// once, and `view` must outlive the platform. `update` is called before each check for requested
  /// frames; if it returns false, the loop ends.
  virtual void run(View& view, std::function<bool()> update) = 0;
  /// Requests that a frame is drawn soon.
  virtual void request_frame() = 0;
};

}  // namespace convlab
