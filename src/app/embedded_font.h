#pragma once

#include <span>

namespace convlab {

/// The bytes of the font file that the build embedded (Inter, Latin subset; SIL Open Font
/// License 1.1).
std::span<const unsigned char> embedded_font();

}  // namespace convlab
