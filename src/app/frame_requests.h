#pragma once

#include <algorithm>

namespace convlab {

/// Counts the frames that still have to be drawn, so that nothing is drawn when nothing changes.
class FrameRequests {
 public:
  /// ImGui needs several frames to react to input: for hover, then press, then release.
  static constexpr int frames_after_input = 3;
  /// If the size of the content changes, the view itself requests another frame.
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
