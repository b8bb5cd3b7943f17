#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/layout.h"
#include "app/theme.h"
#include "engine/protocol.h"

namespace convlab {

/// A view of the network; the tabs of the window.
enum class Tab : unsigned char { train, model };

/// One part of the window: it shows some part of a snapshot in a rectangle. To add one, write its
/// file pair, add it to src/app/CMakeLists.txt and to the list in panels.cpp.
class Panel : public Placeable {
 public:
  /// Returns its heading, also its identity: no two panels have the same.
  virtual std::string_view title() const = 0;
  /// Returns the tab that has it; none: it is always visible.
  virtual std::optional<Tab> tab() const { return Tab::train; }
  /// Takes the snapshot that the next frames show. May upload textures.
  virtual void show(const std::shared_ptr<const Snapshot>& snapshot) = 0;
  /// Draws into the current ImGui window; `rect` is in screen coordinates.
  virtual void draw(const Rect& rect, const Theme& theme) = 0;
  /// Opens a file that was dropped onto the window; returns whether it belongs to this panel.
  virtual bool take_file([[maybe_unused]] const std::string& path) { return false; }
  /// Returns whether the wheel, turned where the mouse pointer is, acts on this panel's content
  /// instead of scrolling; `ctrl` if it is turned with Ctrl held (also a trackpad's pinch).
  virtual bool takes_wheel([[maybe_unused]] bool ctrl) const { return false; }
};

}  // namespace convlab
