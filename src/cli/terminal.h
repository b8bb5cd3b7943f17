#pragma once

#include <cstddef>
#include <cstdio>

namespace convlab {

/// Whether lines may be redrawn in place.
bool is_terminal(std::FILE* out);

/// How wide it is; 80 where that is unknown.
size_t terminal_columns(std::FILE* out);

}  // namespace convlab
