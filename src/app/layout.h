#pragma once

#include <limits>
#include <span>
#include <vector>

namespace convlab {

struct Rect {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;

  float right() const { return x + width; }
  float bottom() const { return y + height; }

  bool operator==(const Rect&) const = default;
};

/// Where a panel stands in a wide window: beside the others, or in one of the two columns.
enum class Column : unsigned char { side, left, right };

/// What the layout knows of a panel.
class Placeable {
 public:
  Placeable() = default;
  Placeable(const Placeable&) = delete;
  Placeable& operator=(const Placeable&) = delete;
  virtual ~Placeable() = default;

  virtual Column column() const = 0;
  /// Returns the height it takes at a given width, with `room` units available: at most `room`
  /// unless it cannot be smaller. In a stack that scrolls, `room` is `unlimited`.
  virtual float height(float width, float room) const = 0;
};

inline constexpr float unlimited = std::numeric_limits<float>::infinity();

/// Positions of the panels, in units from the top left corner of the content.
struct Layout {
  std::vector<Rect> panels;  ///< in the order of the panels
  float height = 0;          ///< of the whole content; it scrolls if this exceeds the window

  bool operator==(const Layout&) const = default;
};

/// Arranges the panels: in windows from 900 units of width in two columns that share the height (in
/// three if that saves scrolling), in narrower ones below each other, with scrolling.
Layout arrange(float width, float height, std::span<const Placeable* const> panels);

}  // namespace convlab
