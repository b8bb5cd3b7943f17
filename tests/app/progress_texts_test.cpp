#include "app/panels/progress_texts.h"

#include <catch2/catch_test_macros.hpp>

using namespace convlab;

TEST_CASE("progress: the images of the validation are named by what they are") {
  Snapshot snapshot;
  CHECK(number_texts(snapshot)[3].first == "Test accuracy");
  snapshot.validates_on_test = false;
  CHECK(number_texts(snapshot)[3].first == "Validation accuracy");
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
