#pragma once

#include <functional>

#include "app/graphics.h"

namespace convlab {

/// The page's canvas #view: where it lies on the screen.
class Canvas {
 public:
  /// `resized` gets every new size, also of the screen's pixels, before the browser paints.
  explicit Canvas(std::function<void(const Surface&)> resized);
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;
  ~Canvas();

  /// Whether the Tab key stops at the canvas: only sensible while keys can scroll something in it.
  void set_focusable(bool focusable);

  static constexpr const char* selector = "#view";

  void report(double width, double height, double pixel_width, double pixel_height) const;

 private:
  std::function<void(const Surface&)> resized_;
  bool focusable_ = false;
};

}  // namespace convlab
