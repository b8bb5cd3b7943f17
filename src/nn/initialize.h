#pragma once

#include <vector>

#include "core/parameter.h"

namespace convlab {

/// Returns the initial values of parameter `index` of a network. Uses only portable arithmetic, so
/// the values are the same on every platform.
std::vector<float> draw_parameter(const ParameterSpec& spec, uint64_t seed, uint64_t index);

}  // namespace convlab
