#include "nn/window.h"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include "core/error.h"

namespace convlab {

namespace {

/// A window along one axis, and what it slides over.
struct Axis {
  std::string_view kind;
  int64_t input, size, stride, dilation, pad_before, pad_after;

  int64_t reach() const { return (size - 1) * dilation + 1; }
};

/// Output size and padding along one axis.
struct AxisOutput {
  int64_t output = 0;
  int64_t pad_before = 0;
  int64_t pad_after = 0;
};

AxisOutput slide_same(const Axis& a) {
  const int64_t output = (a.input + a.stride - 1) / a.stride;
  const int64_t added = std::max<int64_t>((output - 1) * a.stride + a.reach() - a.input, 0);
  return {output, added / 2, added - added / 2};
}

AxisOutput slide_padded(const Axis& a, Rounding rounding) {
  const int64_t reach = a.reach();
  const int64_t padded = a.pad_before + a.input + a.pad_after;
  if (reach > padded) {
    fail("[{}] the window covers {} pixels but the image has only {}{}; use {} or a smaller window",
         a.kind, reach, padded, padded > a.input ? " with its padding" : "",
         padded > a.input ? "more padding" : "padding same");
  }
  const int64_t output = (padded - reach) / a.stride + 1;
  const int64_t begin = output * a.stride;  // start of one more window
  if (rounding == Rounding::up && begin < a.pad_before + a.input &&
      begin + reach - a.stride < padded)
    return {output + 1, a.pad_before, a.pad_after + begin + reach - padded};
  return {output, a.pad_before, a.pad_after};
}

}  // namespace

void check_pads(std::string_view kind, const SlidingWindow& window) {
  if (window.padding == Padding::explicit_) return;
  const Padding2d& pads = window.pads;
  for (const auto& [name, pixels] : {std::pair{"pad_top", pads.top},
                                     {"pad_bottom", pads.bottom},
                                     {"pad_left", pads.left},
                                     {"pad_right", pads.right}}) {
    if (pixels == 0) continue;
    throw OptionError(name, fmt::format("[{}] option {} is {} but must be 0 unless padding is "
                                        "explicit",
                                        kind, name, pixels));
  }
}

WindowOutput slide_window(std::string_view kind, const Shape& image, const SlidingWindow& window) {
  const auto& [size, stride, dilation, padding, pads, rounding] = window;
  const auto slide = [&](const Axis& axis) {
    return padding == Padding::same ? slide_same(axis) : slide_padded(axis, rounding);
  };
  const AxisOutput rows =
      slide({kind, image[0], size.h, stride.h, dilation.h, pads.top, pads.bottom});
  const AxisOutput columns =
      slide({kind, image[1], size.w, stride.w, dilation.w, pads.left, pads.right});
  return {{rows.output, columns.output},
          {rows.pad_before, rows.pad_after, columns.pad_before, columns.pad_after}};
}

}  // namespace convlab
