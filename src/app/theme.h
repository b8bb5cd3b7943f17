#pragma once

#include <imgui.h>

namespace convlab {

/// Colours of the window, the same as those of the page (web/style.css), in ImGui's packed format.
struct Theme {
  ImU32 background;
  ImU32 text;
  ImU32 quiet;  ///< secondary text
  ImU32 line;   ///< thin lines and grids
  ImU32 soft;   ///< input fields and empty areas
  ImU32 accent;
  ImU32 on_accent;
  ImU32 train;
  ImU32 validation;
  ImU32 good;
  ImU32 bad;
};

const Theme& theme(bool dark);

/// Sets ImGui's and ImPlot's colours, padding, corner radii and text size.
void apply(const Theme& theme);

/// Returns `color` with its opacity multiplied by a factor.
ImU32 faded(ImU32 color, float opacity);

}  // namespace convlab
