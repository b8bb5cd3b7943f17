#pragma once

#include <functional>

#include "app/graphics.h"

namespace convlab {

class View;

/// A window of the system, or the canvas of a page, with an OpenGL context. It draws only when
/// there is a reason: input, another size, or request_frame.
class Platform {
 public:
  virtual ~Platform() = default;

  virtual Graphics& graphics() = 0;
  /// Draws `view` until the window is closed, and feeds input to it; with the browser's loop
  /// returns at once, and `view` must live on. `update` is called before each look at whether a
  /// frame is wanted; false ends the loop.
  virtual void run(View& view, std::function<bool()> update) = 0;
  /// Asks for a frame soon.
  virtual void request_frame() = 0;
};

}  // namespace convlab
