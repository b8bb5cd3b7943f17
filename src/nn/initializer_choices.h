#pragma once

#include <array>

#include "core/options.h"
#include "core/parameter.h"

namespace convlab {

inline constexpr std::array initializer_choices{
    Choice<Initializer>{Initializer::zeros, "zeros"},
    Choice<Initializer>{Initializer::ones, "ones"},
    Choice<Initializer>{Initializer::constant, "constant"},
    Choice<Initializer>{Initializer::glorot_uniform, "glorot_uniform"},
    Choice<Initializer>{Initializer::glorot_normal, "glorot_normal"},
    Choice<Initializer>{Initializer::he_uniform, "he_uniform"},
    Choice<Initializer>{Initializer::he_normal, "he_normal"},
    Choice<Initializer>{Initializer::lecun_uniform, "lecun_uniform"},
    Choice<Initializer>{Initializer::lecun_normal, "lecun_normal"},
    Choice<Initializer>{Initializer::orthogonal, "orthogonal"}};

/// The initializer options of layers with a kernel.
template <class Visitor, class LayerOptions>
void visit_initializer(Visitor& visitor, LayerOptions& options) {
  visitor.choice("initializer", options.initializer, initializer_choices,
                 "initializer of the weights");
  visitor.number("initializer_value", options.initializer_value, -1e6, 1e6,
                 "initial value of the weights for initializer constant");
}

}  // namespace convlab
