#pragma once

#include <imgui.h>

namespace convlab {

/// The colours of the page (web/style.css), as ImGui packs them.
struct Theme {
  ImU32 background;
  ImU32 text;
  ImU32 quiet;  ///< secondary text
  ImU32 line;   ///< hairlines and grids
  ImU32 soft;   ///< fields and empty places
  ImU32 accent;
  ImU32 on_accent;
  ImU32 train;
  ImU32 validation;
  ImU32 good;
  ImU32 bad;
};

const Theme& theme(bool dark);

/// Sets ImGui's colours, paddings and roundings.
void apply(const Theme& theme);

/// `color` with its opacity multiplied.
ImU32 faded(ImU32 color, float opacity);

}  // namespace convlab
