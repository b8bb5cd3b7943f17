#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "app/graphics.h"
#include "engine/controls.h"
#include "engine/protocol.h"

namespace convlab {

/// What operates the engine from within the view: the desktop window has it, the page does this in
/// HTML.
struct Operation {
  Controls controls;
  std::function<void(Command)> send;
};

/// How much one frame draws.
struct FrameStats {
  int vertices = 0;
  int draws = 0;
  bool unsettled = false;  ///< the next frame will differ: content took another room than expected
};

/// All that can be seen of the engine, drawn with Dear ImGui. It owns ImGui's context and knows no
/// window system: a platform gives it sizes and input (through ImGui's io), calls `build`, and
/// draws ImGui's draw data.
class View {
 public:
  View(Graphics& graphics, std::optional<Operation> operation);
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  ~View();

  void show(std::shared_ptr<const Snapshot> snapshot);
  void set_dark(bool dark);
  /// The background, RGBA with red in the lowest byte.
  uint32_t background() const;

  /// Makes one frame; `seconds` since the one before.
  FrameStats build(const Surface& surface, float seconds);

  /// Whether the content would move when a wheel or finger pushes it down (positive) or up; for
  /// platforms whose surroundings scroll too.
  bool scrolls(float direction) const;
  /// Moves the content down by `distance` units, in the next frame.
  void scroll(float distance);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace convlab
