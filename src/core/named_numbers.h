#pragma once

#include <string>
#include <utility>
#include <vector>

namespace convlab {

/// State that an object keeps between steps, as (name, value) pairs: the form in which it is saved
/// to a checkpoint and restored from it.
using NamedNumbers = std::vector<std::pair<std::string, double>>;

}  // namespace convlab
