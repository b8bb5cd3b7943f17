#pragma once

#include <memory>
#include <string_view>

#include "app/layout.h"
#include "app/theme.h"
#include "engine/protocol.h"

namespace convlab {

/// One part of the window: it shows some part of a snapshot in a rectangle. To add one, write its
/// file pair, add it to src/app/CMakeLists.txt and to the list in panels.cpp.
class Panel : public Placeable {
 public:
  /// Returns its heading, also its identity: no two panels have the same.
  virtual std::string_view title() const = 0;
  /// Takes the snapshot that the next frames show. May upload textures.
  virtual void show(const std::shared_ptr<const Snapshot>& snapshot) = 0;
  /// Draws into the current ImGui window; `rect` is in screen coordinates.
  virtual void draw(const Rect& rect, const Theme& theme) = 0;
  /// Returns whether the wheel, turned where the mouse pointer is, acts on this panel's content
  /// instead of scrolling; `ctrl` if it is turned with Ctrl held (also a trackpad's pinch).
  virtual bool takes_wheel([[maybe_unused]] bool ctrl) const { return false; }
};

}  // namespace convlab
