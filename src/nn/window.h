#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "backend/descriptors.h"
#include "core/options.h"

namespace convlab {

/// As in Keras. valid: windows stay inside the image. same: the output size is input / stride,
/// rounded up; if the number of added pixels is odd, the extra one is at the bottom or right.
enum class Padding : uint8_t { valid, same };

inline constexpr std::array padding_choices{Choice<Padding>{Padding::valid, "valid"},
                                            Choice<Padding>{Padding::same, "same"}};
inline constexpr std::string_view padding_help =
    "valid: no padding, windows stay inside the image; same: zero padding, so that the output size "
    "is the input size divided by the stride, rounded up";

/// The window options of convolution layers.
template <class Visitor, class LayerOptions>
void visit_window(Visitor& visitor, LayerOptions& options) {
  visitor.integer("kernel", options.kernel, 1, 255, "height and width of the window in pixels");
  visitor.integer("stride", options.stride, 1, 255, "distance between adjacent windows in pixels");
  visitor.integer("dilation", options.dilation, 1, 255,
                  "distance between the pixels that a window reads; 1: adjacent pixels");
  visitor.choice("padding", options.padding, padding_choices, padding_help);
}

/// Treatment of a last window that extends beyond the image: down omits it, up keeps it if it
/// starts inside the image (PyTorch's ceil_mode).
enum class Rounding : uint8_t { down, up };

/// Output size and padding of a sliding window along one axis.
struct WindowAxis {
  int64_t output = 0;
  int64_t pad_before = 0;
  int64_t pad_after = 0;
};

/// Throws Error, starting with [kind], if the window is larger than the image.
WindowAxis slide_window(std::string_view kind, int64_t input, int64_t window, int64_t stride,
                        int64_t dilation, Padding padding, Rounding rounding = Rounding::down);

}  // namespace convlab
