#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "app/graphics.h"
#include "engine/controls.h"
#include "engine/requests.h"
#include "engine/snapshot.h"

namespace convlab {

/// Controls that operate the engine from within the view. Used by the desktop window; the page has
/// its controls in HTML.
struct Operation {
  Controls controls;
  std::function<void(Request)> send;
};

/// Statistics of one frame.
struct FrameStats {
  int vertices = 0;
  int draws = 0;
  bool unsettled = false;      ///< the size of the content changed, so the next frame will differ
  bool input_waiting = false;  ///< ImGui spreads fast input, such as a double click, over frames
};

/// Shows the state of the engine with Dear ImGui. It owns ImGui's context and does not depend on a
/// window system: a platform passes sizes and input (through ImGui's io), calls `build`, and draws
/// ImGui's draw data.
class View {
 public:
  View(Graphics& graphics, std::optional<Operation> operation);
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  ~View();

  void show(const std::shared_ptr<const Snapshot>& snapshot);
  void set_dark(bool dark);
  /// Returns the background colour, RGBA with red in the lowest byte.
  uint32_t background() const;

  /// Builds one frame; `seconds` is the time since the last one.
  FrameStats build(const Surface& surface, float seconds);

  /// Returns whether the content can scroll when a wheel or finger moves it down (`direction` > 0)
  /// or up (< 0). For platforms that otherwise scroll the surrounding page.
  bool scrolls(float direction) const;
  /// Moves the content down by `distance` units in the next frame.
  void scroll(float distance);
  /// Returns whether the wheel, turned where the mouse pointer is, acts on a panel's content (zooms
  /// a chart) and so neither scrolls nor belongs to the surrounding page; `ctrl` if Ctrl is held.
  bool takes_wheel(bool ctrl) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace convlab
