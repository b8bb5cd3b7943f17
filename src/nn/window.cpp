#include "nn/window.h"

#include <algorithm>

#include "core/error.h"

namespace convlab {

WindowAxis slide_window(std::string_view kind, int64_t input, int64_t window, int64_t stride,
                        int64_t dilation, Padding padding, Rounding rounding) {
  const int64_t reach = (window - 1) * dilation + 1;
  if (padding == Padding::same) {
    const int64_t output = (input + stride - 1) / stride;
    const int64_t added = std::max<int64_t>((output - 1) * stride + reach - input, 0);
    return {output, added / 2, added - added / 2};
  }
  if (reach > input) {
    fail(
        "[{}] the window covers {} pixels but the image has only {}; use padding same or a smaller "
        "window",
        kind, reach, input);
  }
  const int64_t output = (input - reach) / stride + 1;
  const int64_t begin = output * stride;  // start of one more window
  if (rounding == Rounding::up && begin < input && begin + reach - stride < input)
    return {output + 1, 0, begin + reach - input};
  return {output, 0, 0};
}

}  // namespace convlab
