#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/graphics.h"
#include "app/requests.h"
#include "engine/controls.h"
#include "engine/snapshot.h"

namespace convlab {

/// Access to files. Both functions throw Error.
struct FileAccess {
  std::function<std::vector<uint8_t>(const std::string& path)> read;
  std::function<void(const std::string& path, std::span<const uint8_t> bytes)> write;
};

/// How the view operates the engine. In the page, controls and files are HTML.
struct Operation {
  /// Passes a request to the engine, whose reply goes to View::receive.
  Requests::Post send = [](const Request&, uint64_t) {};
  std::optional<Controls> controls = std::nullopt;
  std::optional<FileAccess> files = std::nullopt;
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
  View(Graphics& graphics, Operation operation);
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  ~View();

  void show(const std::shared_ptr<const Snapshot>& snapshot);
  /// Passes a reply to the panel that sent its request.
  void receive(const Reply& reply);
  /// Opens a file that was dropped onto the window.
  void open_file(const std::string& path);
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
