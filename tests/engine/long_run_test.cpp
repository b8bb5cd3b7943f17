#include <catch2/catch_test_macros.hpp>

#include "allocations.h"
#include "engine/curve_recorder.h"
#include "engine/small_engine.h"

using namespace convlab;

TEST_CASE("engine: 300 epochs hold no more memory than 30, but for one result for each") {
  Engine engine = make_engine();
  RunOptions options = small_run();
  options.architecture = R"({"input": [28, 28, 1], "layers": [
    {"kind": "flatten"}, {"kind": "dense", "options": {"units": 10}}]})";
  options.epochs = 30;
  engine.send(Configure{options});
  settle(engine);
  const auto held_after_30_more = [&] {
    engine.send(Start{});
    CHECK(settle(engine)->state == RunState::finished);
    return held_bytes();
  };
  const uint64_t early = held_after_30_more();
  uint64_t late = early;
  for (int i = 0; i < 9; ++i) late = held_after_30_more();
  const auto snapshot = engine.snapshot();
  CHECK(snapshot->history.size() == 300);
  CHECK(snapshot->train_loss.x.size() < CurveRecorder::max_points);
  // A result takes 64 bytes, the curves grow by 400 points; both are in the run and its snapshots.
  INFO("held after 30 epochs: " << early << " bytes, after 300: " << late);
  CHECK(late < early + 100000);
}
