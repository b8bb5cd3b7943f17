#include "app/platform/canvas_input.h"

#include <emscripten/html5.h>
#include <imgui.h>

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "app/platform/canvas.h"
#include "app/view.h"

namespace convlab {
namespace {

constexpr int drag_threshold = 4;
constexpr float line_height = 40;

CanvasInput& input_of(void* user) { return *static_cast<CanvasInput*>(user); }

bool on_mouse(int type, const EmscriptenMouseEvent* event, void* user) {
  ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, event->ctrlKey);
  input_of(user).mouse(type, event->targetX, event->targetY, event->button, event->buttons);
  return false;
}

bool on_wheel(int, const EmscriptenWheelEvent* event, void* user) {
  double pixels = event->deltaY;
  if (event->deltaMode == DOM_DELTA_LINE) pixels *= static_cast<double>(line_height) / 2;
  if (event->deltaMode == DOM_DELTA_PAGE) pixels *= 400;
  return input_of(user).wheel(pixels, event->mouse.ctrlKey);
}

bool on_touch(int type, const EmscriptenTouchEvent* event, void* user) {
  std::array<CanvasInput::Finger, 2> fingers;
  const size_t count = std::min(static_cast<size_t>(event->numTouches), fingers.size() + 1);
  for (size_t i = 0; i < std::min(count, fingers.size()); ++i)
    fingers[i] = {event->touches[i].targetX, event->touches[i].targetY};
  if (count > fingers.size()) return input_of(user).touch(EMSCRIPTEN_EVENT_TOUCHCANCEL, {});
  return input_of(user).touch(type, std::span(fingers).first(count));
}

bool on_key(int, const EmscriptenKeyboardEvent* event, void* user) {
  if (event->ctrlKey || event->altKey || event->metaKey) return false;
  return input_of(user).key(event->key, ImGui::GetIO().DisplaySize.y);
}

}  // namespace

CanvasInput::CanvasInput(View& view, std::function<void()> used)
    : view_(view), used_(std::move(used)) {
  const char* target = Canvas::selector;
  emscripten_set_mousedown_callback(target, this, false, on_mouse);
  emscripten_set_mouseup_callback(target, this, false, on_mouse);
  emscripten_set_mousemove_callback(target, this, false, on_mouse);
  emscripten_set_mouseleave_callback(target, this, false, on_mouse);
  emscripten_set_wheel_callback(target, this, false, on_wheel);
  emscripten_set_touchstart_callback(target, this, false, on_touch);
  emscripten_set_touchmove_callback(target, this, false, on_touch);
  emscripten_set_touchend_callback(target, this, false, on_touch);
  emscripten_set_touchcancel_callback(target, this, false, on_touch);
  emscripten_set_keydown_callback(target, this, false, on_key);
}

CanvasInput::~CanvasInput() { emscripten_html5_remove_all_event_listeners(); }

void CanvasInput::point(int x, int y) {
  ImGui::GetIO().AddMousePosEvent(static_cast<float>(x), static_cast<float>(y));
  used_();
}

void CanvasInput::mouse(int type, int x, int y, int button, int buttons) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddMouseSourceEvent(ImGuiMouseSource_Mouse);
  if (type == EMSCRIPTEN_EVENT_MOUSELEAVE) {
    io.AddMousePosEvent(-FLT_MAX, -FLT_MAX);
  } else {
    io.AddMousePosEvent(static_cast<float>(x), static_cast<float>(y));
  }
  const bool press = type == EMSCRIPTEN_EVENT_MOUSEDOWN;
  if (press || type == EMSCRIPTEN_EVENT_MOUSEUP) {
    constexpr std::array<int, 3> imgui_buttons{0, 2, 1};  // browser order: left, middle, right
    if (button < 3) io.AddMouseButtonEvent(imgui_buttons[static_cast<size_t>(button)], press);
  } else if (buttons == 0) {
    // The button may have been released outside of the canvas.
    for (int i = 0; i < 3; ++i) io.AddMouseButtonEvent(i, false);
  }
  used_();
}

void CanvasInput::zoom(float notches, bool ctrl) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddKeyEvent(ImGuiMod_Ctrl, ctrl);
  io.AddMouseWheelEvent(0, notches);
  used_();
}

bool CanvasInput::wheel(double pixels, bool ctrl) {
  if (view_.takes_wheel(ctrl)) {
    // A trackpad's pinch comes as small turns with Ctrl held.
    zoom(static_cast<float>(-pixels) / (ctrl && std::abs(pixels) < 50 ? 10 : 100), ctrl);
    return true;
  }
  const auto distance = static_cast<float>(-pixels);
  if (ctrl || distance == 0 || !view_.scrolls(distance)) return false;
  view_.scroll(distance);
  used_();
  return true;
}

void CanvasInput::pinch(Finger a, Finger b) {
  const float spread = std::hypot(static_cast<float>(b.x - a.x), static_cast<float>(b.y - a.y));
  // Twice the distance is twice the size: seven notches of a wheel.
  if (spread_ > 0 && spread > 0) zoom(7 * std::log2(spread / spread_), true);
  spread_ = spread;
}

bool CanvasInput::touch(int type, std::span<const Finger> fingers) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddMouseSourceEvent(ImGuiMouseSource_TouchScreen);
  if (type == EMSCRIPTEN_EVENT_TOUCHSTART) {
    touch_ = fingers.size() == 2 ? Touch::pinching : Touch::undecided;
    spread_ = 0;
    if (touch_ == Touch::pinching) {
      point((fingers[0].x + fingers[1].x) / 2, (fingers[0].y + fingers[1].y) / 2);
      pinch(fingers[0], fingers[1]);
      return true;
    }
    start_x_ = last_x_ = fingers[0].x;
    start_y_ = last_y_ = fingers[0].y;
    return false;
  }
  if (type == EMSCRIPTEN_EVENT_TOUCHMOVE && touch_ == Touch::pinching) {
    if (fingers.size() == 2) pinch(fingers[0], fingers[1]);
    return true;
  }
  if (type == EMSCRIPTEN_EVENT_TOUCHMOVE) {
    const int x = fingers[0].x;
    const int y = fingers[0].y;
    const int across = std::abs(x - start_x_);
    const int along = std::abs(y - start_y_);
    if (touch_ == Touch::undecided && across + along >= drag_threshold) {
      const bool moves = view_.scrolls(static_cast<float>(y - start_y_));
      touch_ = across > along ? Touch::pointing : moves ? Touch::scrolling : Touch::left_to_page;
    }
    if (touch_ == Touch::pointing) point(x, y);
    if (touch_ == Touch::scrolling) {
      view_.scroll(static_cast<float>(y - last_y_));
      used_();
    }
    last_x_ = x;
    last_y_ = y;
    return touch_ == Touch::pointing || touch_ == Touch::scrolling;
  }
  const bool tapped = type == EMSCRIPTEN_EVENT_TOUCHEND && touch_ == Touch::undecided;
  if (tapped) {
    point(start_x_, start_y_);
    io.AddMouseButtonEvent(0, true);
    io.AddMouseButtonEvent(0, false);
  }
  if (touch_ == Touch::pinching) io.AddKeyEvent(ImGuiMod_Ctrl, false);
  touch_ = Touch::none;
  return tapped;  // a used tap must not also become a mouse click in the browser
}

bool CanvasInput::key(const char* name, float page) {
  struct KeyMove {
    std::string_view key;
    float pages;
    float lines;
  };
  constexpr float whole = 1000;
  constexpr std::array<KeyMove, 7> moves{{{"ArrowUp", 0, 1},
                                          {"ArrowDown", 0, -1},
                                          {"PageUp", 0.9F, 0},
                                          {"PageDown", -0.9F, 0},
                                          {" ", -0.9F, 0},
                                          {"Home", whole, 0},
                                          {"End", -whole, 0}}};
  for (const KeyMove& move : moves) {
    if (move.key != name) continue;
    const float distance = move.pages * page + move.lines * line_height;
    if (!view_.scrolls(distance)) return false;
    view_.scroll(distance);
    used_();
    return true;
  }
  return false;
}

}  // namespace convlab
