#pragma once

#include <cstdint>
#include <string_view>

#include "core/named_numbers.h"

namespace convlab {

/// Returns the number called `name`. Throws Error if it is missing.
double number_of(const NamedNumbers& state, std::string_view name);

/// Like number_of, for a whole number from 0 to 2^53. Throws Error for any other number.
int64_t count_of(const NamedNumbers& state, std::string_view name);

}  // namespace convlab
