#pragma once

#include <cstdint>
#include <string_view>

#include "core/named_numbers.h"

namespace convlab {

/// The number called `name`. Throws Error if there is none.
double number_of(const NamedNumbers& state, std::string_view name);

/// The same for a whole number from 0 to 2^53; Error for another.
int64_t count_of(const NamedNumbers& state, std::string_view name);

}  // namespace convlab
