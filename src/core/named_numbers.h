#pragma once

#include <string>
#include <utility>
#include <vector>

namespace convlab {

/// What something remembers from step to step, number by number: in this form it goes into a
/// checkpoint and comes back.
using NamedNumbers = std::vector<std::pair<std::string, double>>;

}  // namespace convlab
