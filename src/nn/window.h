#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "backend/descriptors.h"
#include "core/options.h"
#include "core/shape.h"

namespace convlab {

/// As in Keras, and explicit as in PyTorch. valid: windows stay inside the image. same: the output
/// size is input / stride, rounded up; if the number of added pixels is odd, the extra one is at
/// the bottom or right. explicit_: a number of pixels for each side.
enum class Padding : uint8_t { valid, same, explicit_ };

inline constexpr std::array padding_choices{Choice<Padding>{Padding::valid, "valid"},
                                            Choice<Padding>{Padding::same, "same"},
                                            Choice<Padding>{Padding::explicit_, "explicit"}};
inline constexpr std::string_view padding_help =
    "valid: no padding, windows stay inside the image; same: zero padding, so that the output size "
    "is the input size divided by the stride, rounded up; explicit: pad_top, pad_bottom, pad_left "
    "and pad_right pixels";

/// The options of `pad_top` and so on, after `padding`.
template <class Visitor, class LayerOptions>
void visit_pads(Visitor& visitor, LayerOptions& options) {
  visitor.integer("pad_top", options.pad_top, 0, 255, "rows of padding above the image");
  visitor.integer("pad_bottom", options.pad_bottom, 0, 255, "rows of padding below the image");
  visitor.integer("pad_left", options.pad_left, 0, 255, "columns of padding left of the image");
  visitor.integer("pad_right", options.pad_right, 0, 255, "columns of padding right of the image");
}

/// The window options of convolution layers.
template <class Visitor, class LayerOptions>
void visit_window(Visitor& visitor, LayerOptions& options) {
  visitor.integer("kernel", options.kernel, 1, 255, "height and width of the window in pixels");
  visitor.integer("kernel_width", options.kernel_width, 0, 255,
                  "width of the window in pixels; 0: same as kernel");
  visitor.integer("stride", options.stride, 1, 255, "distance between adjacent windows in pixels");
  visitor.integer("stride_width", options.stride_width, 0, 255,
                  "distance between windows side by side in pixels; 0: same as stride");
  visitor.integer("dilation", options.dilation, 1, 255,
                  "distance between the pixels that a window reads; 1: adjacent pixels");
  visitor.choice("padding", options.padding, padding_choices, padding_help);
  visit_pads(visitor, options);
}

/// Treatment of a last window that extends beyond the image: down omits it, up keeps it if it
/// starts inside the image or the padding before it (PyTorch's ceil_mode).
enum class Rounding : uint8_t { down, up };

/// A window that slides over an image.
struct SlidingWindow {
  Size2d size;
  Size2d stride;
  Size2d dilation;
  Padding padding = Padding::valid;
  Padding2d pads;  ///< with Padding::explicit_
  Rounding rounding = Rounding::down;
};

/// Throws OptionError, starting with [kind], for pads unless the padding is explicit.
void check_pads(std::string_view kind, const SlidingWindow& window);

/// Output size and padding of a sliding window.
struct WindowOutput {
  Size2d output;
  Padding2d padding;
};

/// Slides a window over an image (height, width, channels). Throws Error, starting with [kind], if
/// the window is larger than the padded image.
WindowOutput slide_window(std::string_view kind, const Shape& image, const SlidingWindow& window);

/// Returns the window of convolution options. Throws OptionError like check_pads.
template <class LayerOptions>
SlidingWindow window_of(std::string_view kind, const LayerOptions& options) {
  const auto& o = options;
  const SlidingWindow window{.size = {o.kernel, o.kernel_width == 0 ? o.kernel : o.kernel_width},
                             .stride = {o.stride, o.stride_width == 0 ? o.stride : o.stride_width},
                             .dilation = {o.dilation, o.dilation},
                             .padding = o.padding,
                             .pads = {o.pad_top, o.pad_bottom, o.pad_left, o.pad_right}};
  check_pads(kind, window);
  return window;
}

}  // namespace convlab
