#pragma once

#include <imgui.h>

#include <string>
#include <string_view>

#include "app/layout.h"

namespace convlab {

/// Text on the current window's draw list; `font` may be small_font().
void draw_text(ImFont* font, ImVec2 position, ImU32 color, std::string_view text);
ImVec2 measure_text(ImFont* font, std::string_view text);
/// `text`, or as much of it as fits `width` with an ellipsis.
std::string shortened(ImFont* font, std::string_view text, float width);

/// A panel's heading with a remark at its right end; returns the height taken.
float draw_heading(const Rect& rect, ImU32 color, std::string_view title, ImU32 remark_color,
                   std::string_view remark);
inline constexpr float heading_height = 28;

/// Text in the middle of an empty panel, on a patch of `background`.
void draw_empty(const Rect& rect, ImU32 color, ImU32 background, std::string_view text);

/// A tooltip beside the pointer.
void show_tooltip(const char* text);

}  // namespace convlab
