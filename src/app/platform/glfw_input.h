#pragma once

#include <functional>

struct GLFWwindow;

namespace convlab {

/// Passes a window's input to ImGui's current context and calls `used` for each event. Uses the
/// window's user pointer.
class GlfwInput {
 public:
  GlfwInput(GLFWwindow* window, std::function<void()> used);
  GlfwInput(const GlfwInput&) = delete;
  GlfwInput& operator=(const GlfwInput&) = delete;
  ~GlfwInput();

  /// Sets the units per window coordinate; GLFW's coordinates are pixels or points.
  void set_scale(float units) { units_ = units; }
  /// Sets the mouse cursor that ImGui requests.
  void show_pointer();

  void pointer_moved(double x, double y) const;
  void notify() const { used_(); }

 private:
  GLFWwindow* window_;
  std::function<void()> used_;
  float units_ = 1;
  void* cursors_[3] = {};
};

}  // namespace convlab
