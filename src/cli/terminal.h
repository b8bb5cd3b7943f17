#pragma once

#include <cstddef>
#include <cstdio>

namespace convlab {

/// Returns whether `out` is a terminal on which lines can be redrawn in place.
bool is_terminal(std::FILE* out);

/// Returns the width of the terminal in columns; 80 if unknown.
size_t terminal_columns(std::FILE* out);

}  // namespace convlab
