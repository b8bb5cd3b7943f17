#pragma once

#include <vector>

#include "core/parameter.h"

namespace convlab {

/// The starting values of parameter number `index` of a network. Arithmetic only, so every platform
/// draws the same.
std::vector<float> draw_parameter(const ParameterSpec& spec, uint64_t seed, uint64_t index);

}  // namespace convlab
