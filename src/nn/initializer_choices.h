#pragma once

#include <array>

#include "core/options.h"
#include "core/parameter.h"

namespace convlab {

inline constexpr std::array initializer_choices{
    Choice<Initializer>{Initializer::zeros, "zeros"},
    Choice<Initializer>{Initializer::ones, "ones"},
    Choice<Initializer>{Initializer::glorot_uniform, "glorot_uniform"},
    Choice<Initializer>{Initializer::he_uniform, "he_uniform"}};

}  // namespace convlab
