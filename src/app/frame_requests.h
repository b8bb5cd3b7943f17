#pragma once

namespace convlab {

/// Counts the frames that still have to be drawn. One reason to draw gives a few frames, because
/// ImGui answers input in the frame after it (hover, then press, then release); then none until the
/// next reason.
class FrameRequests {
 public:
  static constexpr int frames_to_settle = 3;

  void request() { left_ = frames_to_settle; }
  bool wanted() const { return left_ > 0; }
  void drawn() { left_ -= left_ > 0 ? 1 : 0; }

 private:
  int left_ = frames_to_settle;
};

}  // namespace convlab
