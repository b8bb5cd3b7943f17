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

/// The options of layers whose kernel is drawn.
template <class Visitor, class LayerOptions>
void visit_initializer(Visitor& visitor, LayerOptions& options) {
  visitor.choice("initializer", options.initializer, initializer_choices,
                 "what the weights are drawn from at the start");
  visitor.number("initializer_value", options.initializer_value, -1e6, 1e6,
                 "the start value of initializer constant");
}

}  // namespace convlab
