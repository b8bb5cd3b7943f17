// The window module of the page. Its exported functions are at the end of this file.

#include <emscripten.h>
#include <emscripten/html5.h>
#include <imgui.h>

#include <exception>
#include <memory>
#include <string>

#include "app/frame_requests.h"
#include "app/frame_times.h"
#include "app/platform/canvas.h"
#include "app/platform/canvas_input.h"
#include "app/platform/gl_renderer.h"
#include "app/platform/platform.h"
#include "app/view.h"
#include "core/error.h"
#include "engine/protocol.h"

// clang-format off: it does not know JavaScript.
// Calls the function that the page gave the module as its option `post`.
EM_JS(void, window_post, (const char* json, size_t json_bytes, const uint8_t* block,
                          size_t block_bytes), {
  const copy = (begin, bytes) => HEAPU8.slice(begin >>> 0, (begin >>> 0) + bytes);
  Module["post"]({json: new TextDecoder().decode(copy(json, json_bytes)),
                  block: copy(block, block_bytes).buffer});
});
// clang-format on

namespace convlab {
namespace {

/// A WebGL 2 context of the canvas.
class WebGl {
 public:
  WebGl() {
    EmscriptenWebGLContextAttributes attributes;
    emscripten_webgl_init_context_attributes(&attributes);
    attributes.majorVersion = 2;
    attributes.alpha = false;
    attributes.depth = false;
    attributes.stencil = false;
    attributes.antialias = false;  // ImGui does its own anti-aliasing
    context_ = emscripten_webgl_create_context(Canvas::selector, &attributes);
    if (context_ <= 0) fail("[window] this browser cannot create a WebGL 2 context");
    emscripten_webgl_make_context_current(context_);
  }
  WebGl(const WebGl&) = delete;
  WebGl& operator=(const WebGl&) = delete;
  ~WebGl() { emscripten_webgl_destroy_context(context_); }

 private:
  EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context_;
};

class WebPlatform final : public Platform {
 public:
  WebPlatform() : renderer_("#version 300 es") {}
  ~WebPlatform() override {
    if (scheduled_) emscripten_cancel_animation_frame(frame_);
  }

  Graphics& graphics() override { return renderer_; }
  const FrameTimes& times() const { return times_; }

  void run(View& view, std::function<bool()>) override {
    view_ = &view;
    input_ = std::make_unique<CanvasInput>(view, [this] {
      requests_.input();
      schedule();
    });
    canvas_ = std::make_unique<Canvas>([this](const Surface& surface) {
      surface_ = surface;
      // Drawn at once: a new size clears the canvas, and the browser is about to paint.
      requests_.change();
      draw();
      schedule();
    });
  }

  void request_frame() override {
    requests_.change();
    schedule();
  }

 private:
  void schedule() {
    if (scheduled_ || !requests_.wanted()) return;
    scheduled_ = true;
    frame_ = emscripten_request_animation_frame(
        [](double, void* user) {
          auto& self = *static_cast<WebPlatform*>(user);
          self.scheduled_ = false;
          self.draw();
          self.schedule();
          return false;
        },
        this);
  }

  void draw() {
    requests_.drawn();
    if (surface_.width < 1 || surface_.height < 1) return;
    const double start = emscripten_get_now();
    const FrameStats stats = view_->build(surface_, static_cast<float>((start - last_) / 1000));
    requests_.follow(stats);
    last_ = start;
    int width = 0;
    int height = 0;
    emscripten_get_canvas_element_size(Canvas::selector, &width, &height);
    renderer_.draw(width, height, view_->background());
    // A first frame cannot tell yet; a canvas that may not be focused would lose the focus.
    if (!stats.unsettled) Canvas::set_focusable(view_->scrolls(1) || view_->scrolls(-1));
    times_.add(emscripten_get_now() - start);
  }

  WebGl context_;
  GlRenderer renderer_;
  FrameRequests requests_;
  FrameTimes times_;
  View* view_ = nullptr;
  Surface surface_;
  double last_ = 0;
  bool scheduled_ = false;
  int frame_ = 0;
  std::unique_ptr<CanvasInput> input_;
  std::unique_ptr<Canvas> canvas_;
};

/// Passes a request to the page, which sends it to the engine and the reply to window_reply.
void post(const Request& request, uint64_t id) {
  const EncodedMessage message = encode(request, id);
  window_post(message.json.data(), message.json.size(), message.block.data(), message.block.size());
}

struct Window {
  WebPlatform platform;
  View view{platform.graphics(), Operation{.send = post}};
};

// State of the module, static because the exported C functions have no object.
std::unique_ptr<Window> window;
Snapshot latest;  // outlives a window, because the next one cannot get it again
std::string last_error;

/// Runs `body`. Returns false after an error, whose message is stored.
template <class Body>
bool attempt(Body body) {
  try {
    body();
    return true;
  } catch (const std::exception& error) {
    last_error = error.what();
    return false;
  }
}

}  // namespace
}  // namespace convlab

extern "C" {

/// Starts drawing into the canvas #view, beginning with the latest snapshot. After window_destroy,
/// for example because the graphics context was lost, it can be called again. Returns 0, or -1
/// after an error, see window_error.
EMSCRIPTEN_KEEPALIVE int window_create() {
  using namespace convlab;
  const bool made = attempt([] {
    window = nullptr;
    window = std::make_unique<Window>();
    window->platform.run(window->view, {});
    window->view.show(std::make_shared<const Snapshot>(latest));
  });
  if (!made) window = nullptr;
  return made ? 0 : -1;
}

/// Returns the message of the last error, null-terminated.
EMSCRIPTEN_KEEPALIVE const char* window_error() { return convlab::last_error.c_str(); }

/// Shows the next encoded snapshot (engine/protocol.h), or keeps it for the next window; each must
/// be passed, as it holds only what has changed. Returns 0, or -1 after an error.
EMSCRIPTEN_KEEPALIVE int window_snapshot(const char* json, uint32_t json_bytes,
                                         const uint8_t* block, uint32_t block_bytes) {
  using namespace convlab;
  const bool shown = attempt([&] {
    decode_snapshot({json, json_bytes}, {block, block_bytes}, latest);
    if (!window) return;
    window->view.show(std::make_shared<const Snapshot>(latest));
    window->platform.request_frame();
  });
  return shown ? 0 : -1;
}

/// Passes an encoded reply to the panel that sent its request, if it is still there. Returns 0, or
/// -1 after an error.
EMSCRIPTEN_KEEPALIVE int window_reply(const char* json, uint32_t json_bytes, const uint8_t* block,
                                      uint32_t block_bytes) {
  using namespace convlab;
  if (!window) return 0;  // the panel that asked is gone
  const bool received = attempt([&] {
    window->view.receive(decode_reply({json, json_bytes}, {block, block_bytes}));
    window->platform.request_frame();
  });
  return received ? 0 : -1;
}

EMSCRIPTEN_KEEPALIVE void window_set_theme(int dark) {
  if (!convlab::window) return;
  convlab::window->view.set_dark(dark != 0);
  convlab::window->platform.request_frame();
}

/// Stops drawing and releases event listeners and graphics context.
EMSCRIPTEN_KEEPALIVE void window_destroy() { convlab::window = nullptr; }

/// Returns the number of frames drawn since window_create.
EMSCRIPTEN_KEEPALIVE int window_frames() {
  return convlab::window ? convlab::window->platform.times().frames() : 0;
}

/// Returns the median CPU time of the last frames in milliseconds.
EMSCRIPTEN_KEEPALIVE double window_frame_ms() {
  return convlab::window ? convlab::window->platform.times().median_ms() : 0;
}
}
