#pragma once

#include <functional>

struct GLFWwindow;

namespace convlab {

/// Feeds a window's input to ImGui's current context and says `used` for each event. The window's
/// user pointer is taken.
class GlfwInput {
 public:
  GlfwInput(GLFWwindow* window, std::function<void()> used);
  GlfwInput(const GlfwInput&) = delete;
  GlfwInput& operator=(const GlfwInput&) = delete;
  ~GlfwInput();

  /// Units per window coordinate, which GLFW gives in pixels or points.
  void set_scale(float units) { units_ = units; }
  /// Shows the pointer that ImGui wants.
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
