#include "app/panels/progress_texts.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>

using namespace convlab;

TEST_CASE("progress: durations and counts are formatted for reading") {
  CHECK(duration_text(-1) == "–");
  CHECK(duration_text(NAN) == "–");
  CHECK(duration_text(0.2) == "1 s");
  CHECK(duration_text(65) == "1 min 5 s");
  CHECK(duration_text(3725) == "1 h 2 min");
  CHECK(count_text(0) == "0");
  CHECK(count_text(999) == "999");
  CHECK(count_text(1234567) == "1,234,567");
  CHECK(count_text(-1000) == "-1,000");
}

TEST_CASE("progress: the phase names the current epoch") {
  Snapshot snapshot;
  snapshot.state = RunState::running;
  snapshot.epoch = 1;
  snapshot.epochs = 5;
  CHECK(phase_text(snapshot) == "Training, epoch 2 of 5");
  snapshot.state = RunState::finished;
  snapshot.epoch = 5;
  CHECK(phase_text(snapshot) == "Finished 5 epochs");
}

TEST_CASE("progress: before training, values are shown as dashes") {
  for (const auto& [name, value] : number_texts({})) {
    if (name == "Step") continue;
    CHECK(value == "–");
  }
}
