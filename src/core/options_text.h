#pragma once

#include <string>
#include <string_view>

#include "core/options.h"

namespace convlab {

/// Parses options such as "momentum=0.9,nesterov=true". Values become integers, floating-point
/// numbers or booleans where possible, otherwise text. A part without '=' continues the value
/// before it ("weights=1,2,3" is the text "1,2,3"). Throws Error for a part without a name or a
/// name given twice.
Options parse_options(std::string_view text);

/// Parses one value in the same way.
OptionValue parse_option_value(std::string_view text);

/// Formats one value: "0.9", "true", "same".
std::string option_value_text(const OptionValue& value);

/// Formats options as "momentum=0.9,nesterov=true", the format that parse_options reads.
std::string options_text(const Options& options);

}  // namespace convlab
