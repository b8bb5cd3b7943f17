#pragma once

#include <span>

namespace convlab {

/// Returns the bytes of the font file embedded by the build (Inter, Latin subset; SIL Open Font
/// License 1.1).
std::span<const unsigned char> embedded_font();

}  // namespace convlab
