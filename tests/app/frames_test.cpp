#include <catch2/catch_test_macros.hpp>

#include "app/frame_requests.h"
#include "app/frame_times.h"

using namespace convlab;

namespace {

int drawn_frames(FrameRequests& requests) {
  int frames = 0;
  for (; requests.wanted() && frames < 100; ++frames) requests.drawn();
  return frames;
}

}  // namespace

TEST_CASE("frames: each reason to redraw gives a few frames, then none") {
  FrameRequests requests;
  drawn_frames(requests);
  CHECK(drawn_frames(requests) == 0);
  requests.drawn();
  CHECK_FALSE(requests.wanted());
  requests.input();
  requests.change();
  requests.input();
  CHECK(drawn_frames(requests) == FrameRequests::frames_after_input);
  requests.change();
  CHECK(drawn_frames(requests) == FrameRequests::frames_after_change);
}

TEST_CASE("frames: the median is that of the last 64 frames") {
  FrameTimes times;
  CHECK(times.median_ms() == 0);
  for (int i = 0; i < 100; ++i) times.add(9);
  CHECK(times.frames() == 100);
  for (int i = 0; i < 64; ++i) times.add(i < 20 ? 5 : 1);
  CHECK(times.median_ms() == 1);
}
