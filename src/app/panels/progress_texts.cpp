#include "app/panels/progress_texts.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "core/counted.h"
#include "core/format.h"

namespace convlab {

std::string phase_text(const Snapshot& snapshot) {
  const std::string epoch =
      fmt::format("epoch {} of {}", std::min(snapshot.epoch + 1, snapshot.epochs), snapshot.epochs);
  switch (snapshot.state) {
    case RunState::empty:
      return "Nothing to train yet";
    case RunState::ready:
      return "Ready to train";
    case RunState::waiting_for_data:
      return "Waiting for data…";
    case RunState::running:
      return "Training, " + epoch;
    case RunState::paused:
      return "Paused in " + epoch;
    case RunState::finished:
      return "Finished " + counted(snapshot.epochs, "epoch");
    case RunState::failed:
      return "Stopped";
  }
  return {};
}

const char* validation_name(const Snapshot& snapshot) {
  return snapshot.validates_on_test ? "Test" : "Validation";
}

std::vector<std::pair<std::string, std::string>> number_texts(const Snapshot& snapshot) {
  const std::string none(no_value);
  const std::string validation(validation_name(snapshot));
  const auto count = [](int64_t value) { return with_commas(static_cast<double>(value)); };
  const bool trained = snapshot.step > 0;
  const bool under_way =
      snapshot.state == RunState::running || snapshot.state == RunState::waiting_for_data;
  const bool validated = !snapshot.history.empty();
  const bool fast = std::isfinite(snapshot.images_per_second) && snapshot.images_per_second > 0;
  return {
      {"Loss", trained ? loss_text(snapshot.loss) : none},
      {"Accuracy", trained ? percent(snapshot.accuracy) : none},
      {validation + " loss", validated ? loss_text(snapshot.history.back().val_loss) : none},
      {validation + " accuracy", validated ? percent(snapshot.history.back().val_accuracy) : none},
      {"Step", count(snapshot.step) + " of " + count(snapshot.steps_per_epoch * snapshot.epochs)},
      {"Images/s", fast ? with_commas(snapshot.images_per_second) : none},
      {"Time left", under_way ? duration(snapshot.seconds_left) : none},
      {"Parameters", snapshot.parameters > 0 ? count(snapshot.parameters) : none},
      {"Runs on", snapshot.backend.empty()
                      ? none
                      : snapshot.backend + ", " + counted(snapshot.threads, "thread")},
  };
}

}  // namespace convlab
