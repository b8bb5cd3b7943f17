#pragma once

#include <functional>

#include "app/graphics.h"

namespace convlab {

/// The page's canvas #view and its size on the screen.
class Canvas {
 public:
  /// Calls `resized` with every new size or pixel ratio, before the browser paints.
  explicit Canvas(std::function<void(const Surface&)> resized);
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;
  ~Canvas();

  /// Sets whether the canvas can be focused with the Tab key: only useful while keys can scroll its
  /// content.
  static void set_focusable(bool focusable);

  static constexpr const char* selector = "#view";

  void report(double width, double height, double pixel_width, double pixel_height) const;

 private:
  std::function<void(const Surface&)> resized_;
};

}  // namespace convlab
