#include "app/fonts.h"

#include <span>

#include "app/embedded_font.h"

namespace convlab {
namespace {

/// Character ranges in ImGui's format, pairs of first and last; the same as in font.cmake.
constexpr ImWchar glyph_ranges[] = {0x20,   0x7E,   0xA0,   0xFF,   0x2013, 0x2014,
                                    0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2022,
                                    0x2026, 0x2026, 0x2212, 0x2212, 0};

}  // namespace

void build_fonts(ImFontAtlas& atlas, float scale) {
  atlas.Clear();
  const std::span<const unsigned char> font = embedded_font();
  for (const float size : {text_size, small_text_size}) {
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    config.OversampleH = scale >= 2 ? 1 : 3;
    config.GlyphRanges = glyph_ranges;
    // ImGui takes a non-const pointer because it may own the data; here it does not change it.
    atlas.AddFontFromMemoryTTF(const_cast<unsigned char*>(font.data()),
                               static_cast<int>(font.size()), size * scale, &config);
  }
  atlas.Build();
}

ImFont* small_font() { return ImGui::GetIO().Fonts->Fonts[1]; }

}  // namespace convlab
