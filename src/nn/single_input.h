#pragma once

#include <span>
#include <string_view>

#include "core/error.h"
#include "core/shape.h"

namespace convlab {

/// The one input of a layer that takes just one. Throws Error, beginning with [kind], if there are
/// more or none.
inline const Shape& single_input(std::string_view kind, std::span<const Shape> inputs) {
  if (inputs.size() != 1) fail("[", kind, "] takes one input, got ", inputs.size());
  return inputs[0];
}

/// The one input, which must be an image: (height, width, channels).
inline const Shape& single_image(std::string_view kind, std::span<const Shape> inputs) {
  const Shape& input = single_input(kind, inputs);
  if (input.rank() != 3) fail("[", kind, "] wants an image (height, width, channels), got ", input);
  return input;
}

}  // namespace convlab
