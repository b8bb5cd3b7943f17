#include "app/platform/canvas.h"

#include <emscripten.h>
#include <emscripten/html5.h>

#include <cmath>

// clang-format off
// Sizes in CSS pixels and in screen pixels. The latter are exact if the browser reports them;
// Safari does not. There, zooming or moving to another screen changes only the pixel ratio, which
// only a media query detects.
EM_JS(void, convlab_watch_canvas, (void* canvas_object), {
  const canvas = document.querySelector('#view');
  let size = null;
  const report = () => {
    if (!size) return;
    const {width, height, pixels} = size;
    _convlab_canvas_resized(canvas_object, width, height,
      pixels ? pixels.inlineSize : width * devicePixelRatio,
      pixels ? pixels.blockSize : height * devicePixelRatio);
  };
  const observer = new ResizeObserver((entries) => {
    const entry = entries[entries.length - 1];
    const box = entry.contentBoxSize[0];
    const exact = entry.devicePixelContentBoxSize;
    size = {width: box.inlineSize, height: box.blockSize, pixels: exact ? exact[0] : null};
    report();
  });
  try {
    observer.observe(canvas, {box: 'device-pixel-content-box'});
  } catch {
    observer.observe(canvas);
  }
  let media = null;
  const changed = () => {
    if (media) media.removeEventListener('change', changed);
    media = matchMedia('(resolution: ' + devicePixelRatio + 'dppx)');
    media.addEventListener('change', changed);
    if (size && !size.pixels) report();
  };
  changed();
  Module['stopWatchingCanvas'] = () => {
    observer.disconnect();
    media.removeEventListener('change', changed);
  };
});

EM_JS(void, convlab_set_canvas_focusable, (int focusable), {
  const canvas = document.querySelector('#view');
  if (canvas.hasAttribute('tabindex') === (focusable !== 0)) return;
  if (focusable) canvas.tabIndex = 0;
  else canvas.removeAttribute('tabindex');
});
// clang-format on

EM_JS(void, convlab_stop_watching_canvas, (), { Module['stopWatchingCanvas'](); });

extern "C" EMSCRIPTEN_KEEPALIVE void convlab_canvas_resized(void* canvas, double width,
                                                            double height, double pixel_width,
                                                            double pixel_height) {
  static_cast<const convlab::Canvas*>(canvas)->report(width, height, pixel_width, pixel_height);
}

namespace convlab {

Canvas::Canvas(std::function<void(const Surface&)> resized) : resized_(std::move(resized)) {
  convlab_watch_canvas(this);
}

Canvas::~Canvas() { convlab_stop_watching_canvas(); }

void Canvas::set_focusable(bool focusable) { convlab_set_canvas_focusable(focusable ? 1 : 0); }

void Canvas::report(double width, double height, double pixel_width, double pixel_height) const {
  Surface surface{static_cast<float>(width), static_cast<float>(height), 1};
  const double wide = std::round(pixel_width);
  const double high = std::round(pixel_height);
  if (width > 0 && wide > 0 && high > 0) {
    emscripten_set_canvas_element_size(selector, static_cast<int>(wide), static_cast<int>(high));
    surface.scale = static_cast<float>(wide / width);
  }
  resized_(surface);
}

}  // namespace convlab
