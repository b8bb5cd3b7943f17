#include <catch2/catch_test_macros.hpp>

#include "app/frame_requests.h"
#include "app/frame_times.h"

using namespace convlab;

TEST_CASE("frames: a request gives a few frames, then none") {
  FrameRequests requests;
  requests.request();
  requests.request();
  int frames = 0;
  for (; requests.wanted() && frames < 100; ++frames) requests.drawn();
  CHECK(frames == FrameRequests::frames_to_settle);
  requests.drawn();
  CHECK_FALSE(requests.wanted());
  requests.request();
  CHECK(requests.wanted());
}

TEST_CASE("frames: the median is of the last 64") {
  FrameTimes times;
  CHECK(times.median_ms() == 0);
  for (int i = 0; i < 100; ++i) times.add(9);
  CHECK(times.frames() == 100);
  for (int i = 0; i < 64; ++i) times.add(i < 20 ? 5 : 1);
  CHECK(times.median_ms() == 1);
}
