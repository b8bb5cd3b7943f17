#pragma once

#include <string>

#include "app/platform/glfw.h"

namespace convlab {

/// Writes a PNG file. Throws Error if it cannot be written.
void write_png(const std::string& path, const Screenshot& shot);

}  // namespace convlab
