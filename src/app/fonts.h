#pragma once

#include <imgui.h>

namespace convlab {

/// The sizes of the one typeface, in units.
inline constexpr float text_size = 15;
inline constexpr float small_text_size = 13;

/// Makes ImGui's font atlas (fonts 0: text_size, 1: small_text_size) for a screen of `scale` pixels
/// per unit.
void build_fonts(ImFontAtlas& atlas, float scale);

ImFont* small_font();

}  // namespace convlab
