#include "app/platform/glfw.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "app/frame_requests.h"
#include "app/platform/gl.h"
#include "app/platform/gl_renderer.h"
#include "app/platform/glfw_input.h"
#include "app/view.h"
#include "core/error.h"

namespace convlab {
namespace {

std::string glfw_error() {
  const char* description = nullptr;
  glfwGetError(&description);
  return description != nullptr ? description : "unknown reason";
}

/// Initializes the GLFW library, and terminates it when destroyed.
struct GlfwLibrary {
  GlfwLibrary() {
    if (glfwInit() == 0) fail("cannot open a window: {}", glfw_error());
  }
  GlfwLibrary(const GlfwLibrary&) = delete;
  GlfwLibrary& operator=(const GlfwLibrary&) = delete;
  ~GlfwLibrary() { glfwTerminate(); }
};

struct WindowDeleter {
  void operator()(GLFWwindow* window) const { glfwDestroyWindow(window); }
};
using Window = std::unique_ptr<GLFWwindow, WindowDeleter>;

Window make_window(const std::string& title, int width, int height) {
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  Window window(glfwCreateWindow(width, height, title.c_str(), nullptr, nullptr));
  if (!window) fail("cannot open a window with OpenGL 3.2: {}", glfw_error());
  glfwMakeContextCurrent(window.get());
  glfwSwapInterval(1);
  return window;
}

Screenshot read_screen(int width, int height) {
  // Rows from the bottom, with alpha: the only format that every OpenGL can read back.
  std::vector<unsigned char> rgba(static_cast<size_t>(width) * static_cast<size_t>(height) * 4);
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, rgba.data());
  Screenshot shot{width, height, {}};
  shot.rgb.reserve(rgba.size() / 4 * 3);
  for (int y = height - 1; y >= 0; --y) {
    const unsigned char* row =
        rgba.data() + static_cast<size_t>(y) * static_cast<size_t>(width) * 4;
    for (int x = 0; x < width; ++x, row += 4) shot.rgb.insert(shot.rgb.end(), row, row + 3);
  }
  return shot;
}

}  // namespace

class GlfwPlatform::Impl {
 public:
  Impl(const std::string& title, int width, int height)
      : window_(make_window(title, width, height)), renderer_("#version 150") {}

  GlRenderer& renderer() { return renderer_; }
  void request() { requests_.change(); }

  void capture(std::function<void(const Screenshot&)> receive) {
    receive_ = std::move(receive);
    request();
  }

  void run(View& view, const std::function<bool()>& update) {
    GlfwInput input(window_.get(), [this] { requests_.input(); });
    input.when_dropped([&view](const std::string& path) { view.open_file(path); });
    double last = glfwGetTime();
    while (glfwWindowShouldClose(window_.get()) == 0) {
      // A hidden or minimised window has a size of 0 pixels.
      const bool visible = glfwGetWindowAttrib(window_.get(), GLFW_ICONIFIED) == 0;
      if (requests_.wanted() && visible) {
        glfwPollEvents();
      } else {
        glfwWaitEvents();
      }
      if (!update()) return;
      if (!requests_.wanted() || !visible) continue;
      const double now = glfwGetTime();
      draw(view, input, now - last);
      last = now;
    }
  }

 private:
  void draw(View& view, GlfwInput& input, double seconds) {
    int width = 0;
    int height = 0;
    glfwGetFramebufferSize(window_.get(), &width, &height);
    if (width == 0 || height == 0) return;
    requests_.drawn();
    const Surface surface = surface_of(width, height, input);
    requests_.follow(view.build(surface, static_cast<float>(seconds)));
    input.show_pointer();
    renderer_.draw(width, height, view.background());
    if (receive_) std::exchange(receive_, nullptr)(read_screen(width, height));
    glfwSwapBuffers(window_.get());
  }

  Surface surface_of(int width, int height, GlfwInput& input) {
    int window_width = 0;
    int window_height = 0;
    glfwGetWindowSize(window_.get(), &window_width, &window_height);
    float content = 1;
    glfwGetWindowContentScale(window_.get(), &content, nullptr);
    // If window coordinates are not pixels (macOS, Wayland), the scale is their ratio, otherwise
    // the content scale of the monitor.
    const float ratio = static_cast<float>(width) / static_cast<float>(std::max(window_width, 1));
    const float scale = std::clamp(ratio > 1.01F ? ratio : content, 0.5F, 8.0F);
    input.set_scale(ratio / scale);
    return {static_cast<float>(width) / scale, static_cast<float>(height) / scale, scale};
  }

  GlfwLibrary library_;
  Window window_;
  GlRenderer renderer_;
  FrameRequests requests_;
  std::function<void(const Screenshot&)> receive_;
};

GlfwPlatform::GlfwPlatform(const std::string& title, int width, int height)
    : impl_(std::make_unique<Impl>(title, width, height)) {}
GlfwPlatform::~GlfwPlatform() = default;

Graphics& GlfwPlatform::graphics() { return impl_->renderer(); }
void GlfwPlatform::run(View& view, std::function<bool()> update) { impl_->run(view, update); }
void GlfwPlatform::request_frame() { impl_->request(); }
void GlfwPlatform::wake() { glfwPostEmptyEvent(); }
void GlfwPlatform::capture(std::function<void(const Screenshot&)> receive) {
  impl_->capture(std::move(receive));
}

}  // namespace convlab
