#pragma once

namespace convlab {

struct Rect {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;

  float right() const { return x + width; }
  float bottom() const { return y + height; }
};

/// Positions of the panels, in units from the top left corner of the content.
struct Layout {
  Rect controls;  ///< empty without controls
  Rect loss;
  Rect accuracy;
  Rect samples;
  Rect filters;
  float height = 0;  ///< of the whole content; it scrolls if this exceeds the window
};

/// Returns the height that each panel needs at a given width.
class PanelHeights {
 public:
  virtual ~PanelHeights() = default;
  virtual float controls(float width) const = 0;
  /// Images are made smaller, within limits, to fit into a height of `room`.
  virtual float samples(float width, float room) const = 0;
  virtual float filters(float width, float room) const = 0;
};

/// Arranges the panels: in wide windows in columns (controls, curves, images) that fill the height,
/// in narrow windows below each other, with scrolling.
Layout arrange(float width, float height, bool with_controls, const PanelHeights& heights);

}  // namespace convlab
