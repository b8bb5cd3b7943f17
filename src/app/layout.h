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

/// Where the panels lie, in units from the top left of the content.
struct Layout {
  Rect controls;  ///< empty without controls
  Rect loss;
  Rect accuracy;
  Rect samples;
  Rect filters;
  float height = 0;  ///< of the whole content; more than the window's means scrolling
};

/// The height that a panel needs at a given width.
class PanelHeights {
 public:
  virtual ~PanelHeights() = default;
  virtual float controls(float width) const = 0;
  /// Images become smaller, within limits, to fit into a height of `room`.
  virtual float samples(float width, float room) const = 0;
  virtual float filters(float width, float room) const = 0;
};

/// Wide windows get columns (controls, curves, images) that fill their height; narrow ones a
/// stack that scrolls.
Layout arrange(float width, float height, bool with_controls, const PanelHeights& heights);

}  // namespace convlab
