#pragma once

#include <functional>
#include <span>

namespace convlab {

class View;

/// Passes mouse, touch, wheel and key events of the canvas #view to the view. Events that the view
/// does not use are left to the page: wheel and finger scroll the page if the content cannot
/// scroll, Ctrl and the wheel zooms the page where there is no chart, and keys are used only while
/// the canvas has focus. Two fingers zoom a chart.
class CanvasInput {
 public:
  /// `used` is called after each event that may change what is drawn.
  CanvasInput(View& view, std::function<void()> used);
  CanvasInput(const CanvasInput&) = delete;
  CanvasInput& operator=(const CanvasInput&) = delete;
  ~CanvasInput();

  struct Finger {
    int x = 0;
    int y = 0;
  };

  void mouse(int type, int x, int y, int button, int buttons);
  /// Return whether the event was used; if so, the browser must not act on it.
  bool wheel(double pixels, bool ctrl);
  bool touch(int type, std::span<const Finger> fingers);
  bool key(const char* name, float page);

 private:
  enum class Touch : unsigned char { none, undecided, scrolling, pointing, pinching, left_to_page };

  void point(int x, int y);
  void zoom(float notches, bool ctrl);
  void pinch(Finger a, Finger b);

  View& view_;
  std::function<void()> used_;
  Touch touch_ = Touch::none;
  int last_x_ = 0;
  int last_y_ = 0;
  int start_x_ = 0;
  int start_y_ = 0;
  float spread_ = 0;  ///< distance of two fingers
};

}  // namespace convlab
