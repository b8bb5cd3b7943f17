#pragma once

#include <span>
#include <string_view>

#include "core/error.h"
#include "core/shape.h"

namespace convlab {

/// Returns the input of a layer that takes exactly one. Throws Error, starting with [kind], for any
/// other number of inputs.
inline const Shape& single_input(std::string_view kind, std::span<const Shape> inputs) {
  if (inputs.size() != 1) fail("[{}] expects one input, got {}", kind, inputs.size());
  return inputs[0];
}

/// Returns the only input, which must be an image (height, width, channels).
inline const Shape& single_image(std::string_view kind, std::span<const Shape> inputs) {
  const Shape& input = single_input(kind, inputs);
  if (input.rank() != 3)
    fail("[{}] expects an image (height, width, channels), got {}", kind, input);
  return input;
}

}  // namespace convlab
