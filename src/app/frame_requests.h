#pragma once

#include <algorithm>

#include "app/view.h"

namespace convlab {

/// Counts the frames that still have to be drawn, so that nothing is drawn when nothing changes.
class FrameRequests {
 public:
  /// ImGui needs several frames to react to input: for hover, then press, then release.
  static constexpr int frames_after_input = 3;
  /// A change of the content needs one frame.
  static constexpr int frames_after_change = 1;

  void input() { request(frames_after_input); }
  void change() { request(frames_after_change); }
  bool wanted() const { return left_ > 0; }
  void drawn() { left_ -= left_ > 0 ? 1 : 0; }
  /// Requests the frames that must follow one with these statistics.
  void follow(const FrameStats& stats) {
    if (stats.unsettled) change();
    if (stats.input_waiting) input();
  }

 private:
  void request(int frames) { left_ = std::max(left_, frames); }

  int left_ = frames_after_input;
};

}  // namespace convlab
