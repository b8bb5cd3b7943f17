#include "app/platform/glfw_input.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <imgui.h>

#include <array>
#include <cfloat>

namespace convlab {
namespace {

struct KeyPair {
  int glfw;
  ImGuiKey imgui;
};
constexpr std::array<KeyPair, 22> keys{{{GLFW_KEY_TAB, ImGuiKey_Tab},
                                        {GLFW_KEY_LEFT, ImGuiKey_LeftArrow},
                                        {GLFW_KEY_RIGHT, ImGuiKey_RightArrow},
                                        {GLFW_KEY_UP, ImGuiKey_UpArrow},
                                        {GLFW_KEY_DOWN, ImGuiKey_DownArrow},
                                        {GLFW_KEY_PAGE_UP, ImGuiKey_PageUp},
                                        {GLFW_KEY_PAGE_DOWN, ImGuiKey_PageDown},
                                        {GLFW_KEY_HOME, ImGuiKey_Home},
                                        {GLFW_KEY_END, ImGuiKey_End},
                                        {GLFW_KEY_INSERT, ImGuiKey_Insert},
                                        {GLFW_KEY_DELETE, ImGuiKey_Delete},
                                        {GLFW_KEY_BACKSPACE, ImGuiKey_Backspace},
                                        {GLFW_KEY_SPACE, ImGuiKey_Space},
                                        {GLFW_KEY_ENTER, ImGuiKey_Enter},
                                        {GLFW_KEY_KP_ENTER, ImGuiKey_KeypadEnter},
                                        {GLFW_KEY_ESCAPE, ImGuiKey_Escape},
                                        {GLFW_KEY_LEFT_CONTROL, ImGuiKey_LeftCtrl},
                                        {GLFW_KEY_RIGHT_CONTROL, ImGuiKey_RightCtrl},
                                        {GLFW_KEY_LEFT_SHIFT, ImGuiKey_LeftShift},
                                        {GLFW_KEY_RIGHT_SHIFT, ImGuiKey_RightShift},
                                        {GLFW_KEY_LEFT_ALT, ImGuiKey_LeftAlt},
                                        {GLFW_KEY_RIGHT_ALT, ImGuiKey_RightAlt}}};

/// Maps letters by the printed character, so that shortcuts work on every keyboard layout.
ImGuiKey letter_key(int key, int scancode) {
  const char* name = glfwGetKeyName(key, scancode);
  if (name == nullptr || name[0] == 0 || name[1] != 0) return ImGuiKey_None;
  const int letter = (name[0] | 0x20) - 'a';
  return letter >= 0 && letter < 26 ? static_cast<ImGuiKey>(ImGuiKey_A + letter) : ImGuiKey_None;
}

const GlfwInput& input_of(GLFWwindow* window) {
  return *static_cast<const GlfwInput*>(glfwGetWindowUserPointer(window));
}

GLFWwindow* clipboard_window() {
  return static_cast<GLFWwindow*>(ImGui::GetPlatformIO().Platform_ClipboardUserData);
}

/// Reads the modifiers' own keys: on X11, the event of such a key does not count it as held yet.
void pass_modifiers(GLFWwindow* window) {
  const auto pass = [window](ImGuiKey modifier, int left, int right) {
    ImGui::GetIO().AddKeyEvent(modifier, glfwGetKey(window, left) == GLFW_PRESS ||
                                             glfwGetKey(window, right) == GLFW_PRESS);
  };
  pass(ImGuiMod_Ctrl, GLFW_KEY_LEFT_CONTROL, GLFW_KEY_RIGHT_CONTROL);
  pass(ImGuiMod_Shift, GLFW_KEY_LEFT_SHIFT, GLFW_KEY_RIGHT_SHIFT);
  pass(ImGuiMod_Alt, GLFW_KEY_LEFT_ALT, GLFW_KEY_RIGHT_ALT);
  pass(ImGuiMod_Super, GLFW_KEY_LEFT_SUPER, GLFW_KEY_RIGHT_SUPER);
}

void on_key(GLFWwindow* window, int key, int scancode, int action, int) {
  if (action == GLFW_REPEAT) return;  // ImGui generates key repeats itself
  ImGuiIO& io = ImGui::GetIO();
  pass_modifiers(window);
  ImGuiKey known = letter_key(key, scancode);
  for (const KeyPair& pair : keys) {
    if (pair.glfw == key) known = pair.imgui;
  }
  if (known != ImGuiKey_None) io.AddKeyEvent(known, action == GLFW_PRESS);
  input_of(window).notify();
}

void on_button(GLFWwindow* window, int button, int action, int) {
  if (button >= 0 && button < ImGuiMouseButton_COUNT) {
    ImGui::GetIO().AddMouseButtonEvent(button, action == GLFW_PRESS);
  }
  input_of(window).notify();
}

}  // namespace

GlfwInput::GlfwInput(GLFWwindow* window, std::function<void()> used)
    : window_(window), used_(std::move(used)) {
  glfwSetWindowUserPointer(window, this);
  glfwSetKeyCallback(window, on_key);
  glfwSetMouseButtonCallback(window, on_button);
  glfwSetCharCallback(window, [](GLFWwindow* w, unsigned int character) {
    ImGui::GetIO().AddInputCharacter(character);
    input_of(w).notify();
  });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double x, double y) {
    ImGui::GetIO().AddMouseWheelEvent(static_cast<float>(x), static_cast<float>(y));
    input_of(w).notify();
  });
  glfwSetCursorPosCallback(
      window, [](GLFWwindow* w, double x, double y) { input_of(w).pointer_moved(x, y); });
  glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int entered) {
    if (entered == 0) ImGui::GetIO().AddMousePosEvent(-FLT_MAX, -FLT_MAX);
    input_of(w).notify();
  });
  glfwSetWindowFocusCallback(window, [](GLFWwindow* w, int focused) {
    ImGui::GetIO().AddFocusEvent(focused != 0);
    input_of(w).notify();
  });
  glfwSetDropCallback(window, [](GLFWwindow* w, int count, const char** paths) {
    for (int i = 0; i < count; ++i) input_of(w).dropped(paths[i]);
    input_of(w).notify();
  });
  const auto notify = [](GLFWwindow* w, int, int) { input_of(w).notify(); };
  glfwSetFramebufferSizeCallback(window, notify);
  glfwSetWindowRefreshCallback(window, [](GLFWwindow* w) { input_of(w).notify(); });
  glfwSetWindowContentScaleCallback(window,
                                    [](GLFWwindow* w, float, float) { input_of(w).notify(); });
  ImGuiPlatformIO& io = ImGui::GetPlatformIO();
  io.Platform_ClipboardUserData = window;
  io.Platform_SetClipboardTextFn = [](ImGuiContext*, const char* text) {
    glfwSetClipboardString(clipboard_window(), text);
  };
  io.Platform_GetClipboardTextFn = [](ImGuiContext*) {
    return glfwGetClipboardString(clipboard_window());
  };
  cursors_[0] = glfwCreateStandardCursor(GLFW_ARROW_CURSOR);
  cursors_[1] = glfwCreateStandardCursor(GLFW_IBEAM_CURSOR);
  cursors_[2] = glfwCreateStandardCursor(GLFW_HAND_CURSOR);
}

GlfwInput::~GlfwInput() {
  glfwSetCursor(window_, nullptr);
  for (void* cursor : cursors_) glfwDestroyCursor(static_cast<GLFWcursor*>(cursor));
}

void GlfwInput::pointer_moved(double x, double y) const {
  ImGui::GetIO().AddMousePosEvent(static_cast<float>(x) * units_, static_cast<float>(y) * units_);
  notify();
}

void GlfwInput::show_pointer() {
  const ImGuiMouseCursor wanted = ImGui::GetMouseCursor();
  const size_t index = wanted == ImGuiMouseCursor_TextInput ? 1
                       : wanted == ImGuiMouseCursor_Hand    ? 2
                                                            : 0;
  glfwSetCursor(window_, static_cast<GLFWcursor*>(cursors_[index]));
}

}  // namespace convlab
