#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "backend/descriptors.h"
#include "core/options.h"

namespace convlab {

/// Keras' meaning. valid: the window stays inside the image. same: as many outputs as input /
/// stride, rounded up; of an odd number of added pixels the extra one stands at the bottom and
/// right.
enum class Padding : uint8_t { valid, same };

inline constexpr std::array padding_choices{Choice<Padding>{Padding::valid, "valid"},
                                            Choice<Padding>{Padding::same, "same"}};
inline constexpr std::string_view padding_help =
    "valid: windows stay inside the image; same: zeros around it, so that the output is as large "
    "as the input divided by the stride";

/// The options of layers that slide a window with weights over an image.
template <class Visitor, class LayerOptions>
void visit_window(Visitor& visitor, LayerOptions& options) {
  visitor.integer("kernel", options.kernel, 1, 255, "rows and columns of the window");
  visitor.integer("stride", options.stride, 1, 255, "pixels from one window to the next");
  visitor.integer("dilation", options.dilation, 1, 255,
                  "distance between the pixels that a window reads; 1: neighbours");
  visitor.choice("padding", options.padding, padding_choices, padding_help);
}

/// What becomes of a last window that stands over the edge of the image: left out, or kept as far
/// as it begins inside (PyTorch's ceil_mode).
enum class Rounding : uint8_t { down, up };

/// How a window slides along one axis.
struct WindowAxis {
  int64_t output = 0;
  int64_t pad_before = 0;
  int64_t pad_after = 0;
};

/// Throws Error, beginning with [kind], when the window does not fit.
WindowAxis slide_window(std::string_view kind, int64_t input, int64_t window, int64_t stride,
                        int64_t dilation, Padding padding, Rounding rounding = Rounding::down);

}  // namespace convlab
