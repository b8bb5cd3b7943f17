#pragma once

#include <imgui.h>

namespace convlab {

/// Font sizes, in units. ImGui rasterises the glyphs it needs at each size and for each number of
/// screen pixels per unit.
inline constexpr float text_size = 15;
inline constexpr float small_text_size = 13;

/// Adds the embedded font, the only one, to ImGui's font atlas.
void add_font(ImFontAtlas& atlas);

}  // namespace convlab
