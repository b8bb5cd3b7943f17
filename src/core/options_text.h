#pragma once

#include <string>
#include <string_view>

#include "core/options.h"

namespace convlab {

/// Options from "momentum=0.9,nesterov=true": whole numbers, numbers and true or false become such,
/// all else text. A part without '=' goes on with the value before it ("weights=1,2,3" is the text
/// "1,2,3"). Throws Error for a part without a name or a name given twice.
Options parse_options(std::string_view text);

/// "0.9", "true", "same".
std::string option_value_text(const OptionValue& value);

/// "momentum=0.9,nesterov=true": what parse_options reads.
std::string options_text(const Options& options);

}  // namespace convlab
