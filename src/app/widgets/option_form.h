#pragma once

#include <string>
#include <string_view>

#include "engine/controls.h"

namespace convlab {

/// Returns the name of an option for people: "weight_decay" is "Weight decay".
std::string option_label(std::string_view name);

/// Draws one input field per option of `form`, with help texts as tooltips. `values` holds those
/// options that differ from their defaults, and is changed as the user types, within the limits.
/// Returns whether the user has completed a change.
bool draw_option_form(const OptionForm& form, Options& values);

}  // namespace convlab
