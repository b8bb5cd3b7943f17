#pragma once

#include <imgui.h>

#include <string>
#include <string_view>

#include "app/layout.h"

namespace convlab {

/// Draws text on the current window's draw list; `size` is one of fonts.h.
void draw_text(float size, ImVec2 position, ImU32 color, std::string_view text);
ImVec2 measure_text(float size, std::string_view text);
/// Returns `text`, cut off with an ellipsis if it is wider than `width`.
std::string shortened(float size, std::string_view text, float width);

/// Draws a panel's heading with a remark at the right; returns its height.
float draw_heading(const Rect& rect, ImU32 color, std::string_view title, ImU32 remark_color,
                   std::string_view remark);
inline constexpr float heading_height = 28;

/// Draws text in the middle of an empty panel, on a rectangle of colour `background`.
void draw_empty(const Rect& rect, ImU32 color, ImU32 background, std::string_view text);

/// Shows a tooltip next to the mouse pointer.
void show_tooltip(const char* text);

}  // namespace convlab
