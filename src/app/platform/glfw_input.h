#pragma once

#include <functional>
#include <string>
#include <utility>

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

  /// Sets what is called for each file that is dropped onto the window.
  void when_dropped(std::function<void(const std::string& path)> open) { open_ = std::move(open); }

  void dropped(const std::string& path) const {
    if (open_) open_(path);
  }
  void pointer_moved(double x, double y) const;
  void notify() const { used_(); }

 private:
  GLFWwindow* window_;
  std::function<void()> used_;
  std::function<void(const std::string&)> open_;
  float units_ = 1;
  void* cursors_[3] = {};
};

}  // namespace convlab
