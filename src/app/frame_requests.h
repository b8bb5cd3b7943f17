#pragma once

#include <algorithm>

namespace convlab {

/// Counts the frames that still have to be drawn; none when nothing happens.
class FrameRequests {
 public:
  /// ImGui answers input in the frame after it: hover, then press, then release.
  static constexpr int frames_after_input = 3;
  /// If new content takes more or less room, the view asks for another frame itself.
  static constexpr int frames_after_change = 1;

  void input() { request(frames_after_input); }
  void change() { request(frames_after_change); }
  bool wanted() const { return left_ > 0; }
  void drawn() { left_ -= left_ > 0 ? 1 : 0; }

 private:
  void request(int frames) { left_ = std::max(left_, frames); }

  int left_ = frames_after_input;
};

}  // namespace convlab
