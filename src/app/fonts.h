#pragma once

#include <imgui.h>

namespace convlab {

/// Font sizes, in units.
inline constexpr float text_size = 15;
inline constexpr float small_text_size = 13;

/// Builds ImGui's font atlas (font 0: text_size, font 1: small_text_size) for a screen with `scale`
/// pixels per unit.
void build_fonts(ImFontAtlas& atlas, float scale);

ImFont* small_font();

}  // namespace convlab
